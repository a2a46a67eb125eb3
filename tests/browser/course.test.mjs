// The course: a lesson of each chapter done in the page, and what stands around the lessons.
import AxeBuilder from "@axe-core/playwright";
import { readdirSync } from "node:fs";
import { browserName } from "./browser.mjs";
import { allowClipboard, expect, open, ready, stored, test } from "./page.mjs";
import { clock, goalsMet, idle, run, settle, speed, type } from "./hands.mjs";
import { compiled, native } from "./native.mjs";

const files = readdirSync(new URL("../../lessons", import.meta.url)).filter((name) => /^\d\d-.*\.md$/.test(name));
const file = (id) => files.find((name) => name.slice(3) === `${id}.md`);

const CHAPTERS = [
  "one-pod-a-node", "taints-and-tolerations", "log-collection", "what-the-server-stored",
  "on-delete", "immutable-selector", "orphaning-and-adoption", "too-few-nodes",
];

// The first call may have to compile.
test.beforeAll(() => {
  test.setTimeout(600_000);
  compiled();
});

for (const id of CHAPTERS) {
  test(`the lesson ${id} is done in the page`, async ({ page, context }) => {
    test.slow();
    await allowClipboard(context);
    await open(page, `?lesson=${id}`);
    await speed(page, "10×");
    const steps = JSON.parse(native("solution", `lessons/${file(id)}`));
    for (const [index, step] of steps.entries()) {
      await expect(page.locator(".lesson-step")).toHaveText(`Step ${index + 1} of ${steps.length}`);
      await solve(page, step);
      if (index + 1 < steps.length) await page.getByRole("button", { name: "Next", exact: true }).click();
    }
    await page.getByRole("button", { name: /^Lesson: / }).click();
    await page.getByRole("button", { name: "The course" }).click();
    await expect(page.getByTestId("course").locator("[aria-current=true]").getByRole("img", { name: "Done" })).toBeVisible();
  });
}

async function solve(page, { answers, deeds }) {
  // A prediction hides what comes after it.
  for (const [index, answer] of answers.entries()) {
    const question = page.locator(".question").nth(index);
    const words = answer.replaceAll("`", "").replaceAll("*", "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    await question.locator(".answer").filter({ hasText: words }).first().click();
  }
  for (const deed of deeds) {
    if (deed.run) {
      await type(page, deed.run);
      await idle(page);
    } else if (deed.write) {
      await write(page, deed.write);
    } else {
      await settle(page);
    }
  }
  await settle(page);
  if (await page.getByTestId("lesson-goal").count()) await goalsMet(page);
}

/// Pastes a text into a file of the editor, in the place of what is there.
async function write(page, { file, text }) {
  await page.getByRole("tab", { name: file }).click();
  await page.locator(".cm-content").click();
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+v");
}

test("the course shows what there is and how far one is; progress goes out and comes in as a file", async ({ page }) => {
  await open(page, "");
  await run(page, "kubectl get nodes");
  await goalsMet(page);
  await showCourse(page);
  const course = page.getByTestId("course");
  await expect(course).toContainText(`0 of ${files.length} lessons done`);
  await expect(course.getByRole("button", { name: /^Begun One pod on every node/ })).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  const [download] = await Promise.all([page.waitForEvent("download"), course.getByText("Save my progress as a file").click()]);
  expect(download.suggestedFilename()).toBe("daemonset-playground-progress.json");
  const saved = await text(download);
  expect(JSON.parse(saved).lessons["one-pod-a-node"].solved).toEqual([0]);

  const more = JSON.stringify({ format: 1, lessons: { "node-labels": { steps: 1, solved: [0], answers: {}, best: null } } });
  await course.getByTestId("open-file").setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: Buffer.from(more) });
  await expect(course).toHaveCount(0);
  await expect(page.locator(".banner")).toContainText("brought in");
  // It is still there after a reload.
  await page.reload();
  await ready(page);
  await showCourse(page);
  await expect(course).toContainText(`1 of ${files.length} lessons done`);
});

test("a finished chapter has a sheet that prints alone", async ({ page }) => {
  test.skip(browserName === "firefox", "WebDriver BiDi cannot emulate print");
  const chapter = files.filter((name) => name.startsWith("1")).map((name) => name.slice(3, -3));
  const lessons = Object.fromEntries(chapter.map((id) => [id, { steps: 1, solved: [0], answers: {}, best: null }]));
  await stored(page, "playground.v1.course", JSON.stringify({ format: 1, lessons }));
  await open(page, "?lesson=node-labels");
  await showCourse(page);
  await page.getByTestId("course").getByRole("button", { name: "Summary" }).click();
  const sheet = page.locator(".sheet section");
  await expect(sheet).toHaveCount(chapter.length);
  await expect(sheet.first()).toContainText("A DaemonSet");
  await page.emulateMedia({ media: "print" });
  await expect(sheet.first()).toBeVisible();
  await expect(page.getByTestId("terminal")).toBeHidden();
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
});

test("a word of the glossary opens beside the text and leads on to others", async ({ page }) => {
  await open(page, "?lesson=node-labels");
  await page.locator(".link.is-term").first().click();
  const term = page.getByTestId("term");
  await expect(term).toBeVisible();
  const first = await term.getByRole("heading").textContent();
  await term.locator(".link.is-term").first().click();
  await expect(term.getByRole("heading")).not.toHaveText(first);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await term.getByRole("button", { name: "Close the glossary" }).click();
  await expect(term).toHaveCount(0);
});

test("something else can be tried, and the lesson is as it was", async ({ page }) => {
  await open(page);
  await run(page, "kubectl get nodes");
  await clock(page, "Pause the clock").click();
  await page.getByRole("button", { name: /^Lesson: / }).click();
  await page.getByRole("button", { name: "Try something else" }).click();
  await run(page, "kubectl create namespace other");
  await page.reload();
  await ready(page);
  await expect(page.getByTestId("terminal-output")).toContainText("namespace/other created");
  await page.getByRole("button", { name: "Back to the lesson" }).first().click();
  await expect(page.locator(".lesson-step")).toHaveText("Step 1 of 8");
  await expect(page.getByTestId("terminal-output")).not.toContainText("namespace/other created");
  await goalsMet(page);
});

test("a simulation runs inside the text and leaves the cluster alone", async ({ page }) => {
  await open(page, "?lesson=nodes-come-and-go&step=4");
  const simulation = page.getByTestId("simulation");
  await simulation.getByRole("button", { name: "Apply both" }).click();
  await expect(simulation.locator(".mini-pod.is-running")).toHaveCount(6, { timeout: 15_000 });
  await expect(page.getByTestId("pod")).toHaveCount(0);
  await simulation.getByRole("button", { name: "Again" }).click();
  await expect(simulation.locator(".mini-pod")).toHaveCount(0);
});

test("a lesson of one's own is opened from a file, mistakes are told with their lines", async ({ page }) => {
  await open(page, "");
  const choose = async (text) => {
    await showCourse(page);
    await page.getByTestId("open-file").setInputFiles({ name: "mine.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
  };
  const lesson = "---\nformat: 1\nid: mine\ntitle: My own lesson\nminutes: 1\n---\n\n## The only step\n\nRead <b>this</b>.\n";
  await choose(lesson);
  await expect(page.locator(".banner")).toContainText("line 10: HTML is not shown");
  await choose(lesson.replace("<b>this</b>", "[this](javascript:alert)"));
  await expect(page.locator(".banner")).toContainText("line 10: this link leads nowhere: javascript:alert");
  await choose(lesson.replace("<b>this</b>", "this"));
  await expect(page.getByTestId("lesson")).toContainText("The only step");
  await page.reload();
  await ready(page);
  await expect(page.getByTestId("lesson")).toContainText("The only step");
});

test("answers are kept, and a challenge counts commands", async ({ page }) => {
  await open(page, "?lesson=stuck-rollout");
  const bar = page.getByTestId("challenge");
  await expect(bar).toContainText("0 commands");
  await run(page, "kubectl get nodes");
  await expect(bar).toContainText("0 commands");
  await run(page, "kubectl label node node-a a=b && kubectl label node node-a a-");
  await expect(bar).toContainText("2 commands");
  await bar.getByRole("button", { name: "Another one" }).click();
  await expect(bar).toContainText("0 commands");

  await open(page, "?lesson=one-pod-a-node");
  while (!(await page.locator(".question").count())) await page.getByRole("button", { name: "Next", exact: true }).click();
  await page.locator(".answer").nth(1).click();
  await page.reload();
  await ready(page);
  await expect(page.locator(".answer").nth(1)).toHaveAttribute("aria-pressed", "true");
});

async function showCourse(page) {
  await page.getByRole("button", { name: /^Lesson: / }).click();
  await page.getByRole("button", { name: "The course" }).click();
  await expect(page.getByTestId("course")).toBeVisible();
}

async function text(download) {
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
