// Texts that would be a script if the page took them for more than texts: none runs, nothing leaves, and nothing is tried that the
// Content-Security-Policy has to stop. Links have tests of their own.
import { test as base } from "@playwright/test";
import { pageAddress } from "./browser.mjs";
import { entries, output, run } from "./hands.mjs";
import { expect, open, ready, test } from "./page.mjs";

const MARKUP = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script><svg onload="window.hacked=3"><iframe srcdoc="<script>parent.hacked=4</script>">`;
const ADDRESS = "https://elsewhere.example/x";

/// Drops a file onto the page.
async function drop(page, name, text) {
  await page.evaluate(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    document.querySelector(".page").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, [name, text]);
}

/// Nothing of a text became more than a text.
async function unharmed(page) {
  await page.waitForTimeout(300);
  const found = await page.evaluate(() => ({
    hacked: window.hacked,
    violations: window.violations,
    elements: document.querySelectorAll("#app :is(img, iframe, object, embed, script, form, base, meta, style)").length,
    scripts: document.scripts.length,
    addresses: [...document.querySelectorAll("[href], [src], [action]")].map((it) => it.getAttribute("href") ?? it.getAttribute("src")).filter((it) => /^\s*(javascript|data|vbscript):/i.test(it ?? "")),
    handlers: [...document.querySelectorAll("*")].flatMap((it) => it.getAttributeNames().filter((name) => name.startsWith("on"))),
  }));
  expect(found).toEqual({ hacked: undefined, violations: [], elements: 0, scripts: 1, addresses: [], handlers: [] });
}

test.beforeEach(async ({ page }) => {
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog: ${dialog.message()}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
});

test("texts in manifests, labels, annotations, images and file names stay texts", async ({ page }) => {
  await open(page, "?nodes=2");
  const quoted = `'${MARKUP.replaceAll("'", "")}'`;
  await run(page, `echo ${quoted}`);
  expect(await output(page)).toContain(MARKUP);
  await run(page, `kubectl annotate ds --all note=${quoted}; kubectl annotate node worker-1 note=${quoted}`);
  await run(page, `kubectl label node worker-1 x=${quoted}`);
  await run(page, `kubectl taint node worker-1 x=${quoted}:NoSchedule`);
  await run(page, `kubectl create configmap texts --from-literal=a=${quoted}`);
  await run(page, `kubectl run ${quoted} --image=x; node add ${quoted}; kubectl get pod ${quoted}; ${MARKUP.slice(0, 40).replaceAll(/["<>]/g, "")}`);
  const pod = (image) => `apiVersion: v1\\nkind: Pod\\nmetadata: {name: p, annotations: {a: "${"<img src=x onerror=window.hacked=5>"}"}}\\nspec: {containers: [{name: c, image: "${image}"}]}\\n`;
  await run(page, `printf '${pod("<img/src=x/onerror=window.hacked=6>")}' > '<img src=x onerror=window.hacked=7>.yaml'`);
  await run(page, "kubectl apply -f '<img src=x onerror=window.hacked=7>.yaml'; kubectl apply -f '<svg onload=1>.yaml'");
  await run(page, "kubectl get pods,cm,nodes -o yaml; kubectl describe pods,nodes,ds; kubectl get events");
  await expect(entries(page).last()).toContainText("onerror");
  await unharmed(page);
  await page.getByTestId("share").click();
  await unharmed(page);
  await page.keyboard.press("Escape");
  await page.reload();
  await ready(page);
  await unharmed(page);
});

const LESSON = `---
format: 1
id: hostile
title: "<img src=x onerror=window.hacked=8>"
minutes: 1
---

## ${MARKUP}

${MARKUP}

[a](javascript:window.hacked=9) [b](JaVaScRiPt:window.hacked=9) [c](data:text/html,<script>parent.hacked=9</script>) [d](  javascript:window.hacked=9)
![e](${ADDRESS}.png) <a href="javascript:window.hacked=9">f</a> [g](https://x.example/" onmouseover="window.hacked=9) [h](#" onclick=window.hacked=9.md)

| ${"<img src=x onerror=window.hacked=10>"} | b |
|---|---|
| [i](javascript:window.hacked=11) | \`<script>window.hacked=12</script>\` |

> <iframe src="${ADDRESS}"></iframe>

- ${MARKUP}

\`\`\`html
${MARKUP}
\`\`\`

\`\`\`yaml file=<img src=x onerror=window.hacked=13>.yaml
a: b
\`\`\`

\`\`\`yaml goal
id: g
text: "<img src=x onerror=window.hacked=14>"
check: {ds: x, ready: all}
\`\`\`

\`\`\`yaml solution
- run: kubectl get pods
\`\`\`
`;

/// What the format lets pass: markup in the title, in code, and in what is said of a goal.
const CODE = `---
format: 1
id: hostile
title: "<img src=x onerror=window.hacked=16>"
minutes: 1
---

## \`<svg onload=window.hacked=17>\`

Look at \`${MARKUP}\`, and at [a page](https://x.example/"onmouseover="window.hacked=18).

| \`<script>window.hacked=19</script>\` | b |
|---|---|
| c | \`<iframe src="${ADDRESS}">\` |

\`\`\`
${MARKUP}
\`\`\`
`;

test("a lesson file stays text, whatever stands in it", async ({ page }) => {
  await open(page, "");
  await page.evaluate(() => globalThis.playgroundWhole());
  await drop(page, "hostile.md", LESSON);
  await expect(page.getByTestId("banner")).toContainText("HTML is not shown");
  await unharmed(page);
  await drop(page, "<img src=x onerror=window.hacked=15>.md", LESSON.split("```yaml file=")[0]);
  await expect(page.getByTestId("banner")).toContainText("<img src=x onerror=window.hacked=15>.md:");
  await unharmed(page);
  await drop(page, "code.md", CODE);
  await expect(page.locator("#lesson-title")).toHaveText("`<svg onload=window.hacked=17>`");
  await expect(page.locator(".lesson-scroll pre")).toContainText(MARKUP);
  await unharmed(page);
  await drop(page, "progress.json", JSON.stringify({ format: 1, lessons: { [MARKUP]: { solved: [0], steps: 1 } } }));
  await unharmed(page);
});

base("the page's policy stops what no text can begin", async ({ page }) => {
  await page.goto(pageAddress());
  await ready(page);
  const tried = (work) => page.evaluate(work).then(() => "done", (error) => String(error));
  expect(await tried(() => (document.body.innerHTML = "<b>x</b>"))).toMatch(/TrustedHTML|innerHTML setter: Sink type mismatch/);
  expect(await tried(() => (document.createElement("script").src = "./x.js"))).toMatch(/TrustedScriptURL|src setter: Sink type mismatch/);
  // Not within what Playwright does for us, which may.
  const later = () => new Promise((resolve, reject) => setTimeout(() => {
    try {
      resolve(eval("1"));
    } catch (problem) {
      reject(problem);
    }
  }));
  expect(await tried(later)).toMatch(/TrustedScript|unsafe-eval|eval\(\) blocked by CSP/);
  expect(await tried(() => trustedTypes.createPolicy("mine", {}))).toContain("mine");
  expect(await tried(() => fetch("https://elsewhere.example/"))).toMatch(/Failed to fetch|NetworkError when attempting to fetch/);
  expect(await tried(() => document.body.setAttribute("onclick", "window.hacked = 1"))).toMatch(/TrustedScript|setAttribute: Sink type mismatch/);
  // An address is not stopped by trusted types, but by what scripts and frames may come from.
  const stopped = page.evaluate(() => new Promise((resolve) => addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective))));
  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.src = "https://elsewhere.example/";
    document.body.append(frame);
  });
  expect(await stopped).toBe("frame-src");
  expect(await page.evaluate(() => window.hacked)).toBeUndefined();
});
