// Links and files: what the dialog makes, what opening them does, and whose work is whose.
import AxeBuilder from "@axe-core/playwright";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { crc32 } from "./crc32.mjs";
import { browserName, pageAddress } from "./browser.mjs";
import { clock, entries, lines, run, running, settle } from "./hands.mjs";
import { compiled } from "./native.mjs";
import { allowClipboard, expect, open, ready, stored, test, watch } from "./page.mjs";

const link = (page) => page.getByTestId("share-url");
const banner = (page) => page.getByTestId("banner");
const dialog = (page) => page.getByTestId("share-dialog");
const choose = (page, name) => page.getByRole("radio", { name }).check();
const close = (page) => page.keyboard.press("Escape");

async function share(page) {
  await page.getByTestId("share").click();
  await expect(dialog(page)).toBeVisible();
}

/// A link as somebody else has made it.
async function made(browser, commands, title = "") {
  const context = await browser.newContext();
  const page = await context.newPage();
  await open(page, "");
  for (const command of commands) await run(page, command);
  await share(page);
  if (title) await page.getByTestId("share-title").fill(title);
  const url = await link(page).inputValue();
  await context.close();
  return url;
}

/// Opens an address in this very tab, as somebody who pastes it.
async function follow(page, url) {
  await page.evaluate((url) => {
    window.stays = true;
    location.href = url;
  }, url);
  await page.waitForFunction(() => !window.stays);
  await ready(page);
}

/// Looks at a link where nobody has been before.
async function elsewhere(browser, url, look) {
  const context = await browser.newContext();
  const complaints = watch(context);
  const page = await context.newPage();
  await page.goto(url);
  await ready(page);
  await look(page);
  expect(complaints).toEqual([]);
  await context.close();
}

/// A link's record in another envelope.
function altered(url, change) {
  const [, body] = /#1(.*)e$/.exec(url);
  const bytes = Buffer.from(body, "base64url");
  const { version, packed } = change(bytes.subarray(4));
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(Buffer.concat([Buffer.from([version]), packed])));
  return `#${version}${Buffer.concat([check, packed]).toString("base64url")}e`;
}

/// The end of a link that holds a record, in format 1.
const recorded = (record) => altered("#1AAAAAAe", () => ({ version: 1, packed: deflateRawSync(record) }));

const number = (value) => {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
};
const text = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
const section = (tag, ...content) => Buffer.concat([Buffer.from([tag]), number(Buffer.concat(content).length), ...content]);
const nodes = (prefix, count) =>
  section(5, text("control-plane"), number(0), number(0), number(0), number(0), text(prefix), number(2), number(count), number(0), number(0), number(0));
const typed = (millis, line) => Buffer.concat([number(millis * 8), text(line)]);

test.describe("the dialog", () => {
  test("what is chosen is in the link, and its length is told", async ({ page, browser }) => {
    test.slow();
    await open(page, "?lesson=walk-through");
    await run(page, "kubectl apply -f fluentd-daemonset.yaml");
    await settle(page);
    await run(page, "kubectl create namespace late");
    await page.getByRole("button", { name: /^Undo/ }).click();
    await run(page, "kubectl get nodes");
    await share(page);
    const told = async () => {
      const url = await link(page).inputValue();
      await expect(page.getByTestId("share-note")).toContainText(`${url.length} characters.`);
      return url;
    };
    await page.getByTestId("share-title").fill("Look at this");
    const urls = {};
    for (const name of [/^Up to what/, /^Whole history/, /^Files only/, /^Lesson and step/]) {
      await choose(page, name);
      urls[name] = await told();
    }
    expect(new Set(Object.values(urls)).size).toBe(4);
    expect(urls[/^Lesson and step/]).toBe(`${pageAddress()}?lesson=walk-through&step=1`);
    await elsewhere(browser, urls[/^Up to what/], async (other) => {
      await expect(banner(other)).toContainText("“Look at this”");
      await expect(lines(other)).toHaveCount(2);
      await running(other, 3);
    });
    await elsewhere(browser, urls[/^Files only/], async (other) => {
      await expect(lines(other)).toHaveCount(0);
      await run(other, "ls");
      await expect(entries(other).last()).toContainText("fluentd-daemonset.yaml");
    });
    await elsewhere(browser, urls[/^Lesson and step/], async (other) => {
      await expect(other.locator(".lesson-step")).toContainText("1");
      await expect(banner(other)).toHaveCount(0);
    });
    await elsewhere(browser, urls[/^Whole history/], async (other) => {
      await expect(lines(other)).toHaveCount(2);
      await share(other);
      await expect(other.getByRole("radio", { name: /^Whole history/ })).toHaveAccessibleName(/1 way that was left/);
    });
  });

  test("the whole history holds what comes after the moment that is shown", async ({ page, browser }) => {
    await open(page, "?lesson=walk-through");
    await run(page, "kubectl apply -f fluentd-daemonset.yaml");
    await running(page, 3);
    await clock(page, "Pause the clock").click();
    await page.getByRole("slider", { name: "Moment that is shown" }).press("Home");
    await share(page);
    await choose(page, /^Whole history/);
    await elsewhere(browser, await link(page).inputValue(), async (other) => {
      await expect(other.getByTestId("past")).toBeVisible();
      await expect(other.getByTestId("pod")).toHaveCount(0);
      await other.getByRole("slider", { name: "Moment that is shown" }).press("End");
      await running(other, 3);
    });
  });

  test("Markdown and the embed code, with all that is in a title", async ({ page, context }) => {
    await allowClipboard(context);
    await open(page, "?lesson=walk-through");
    await run(page, "kubectl create namespace mine");
    await share(page);
    const copied = async (name) => {
      await dialog(page).getByRole("button", { name }).click();
      await expect(dialog(page).getByRole("button", { name: "Copied" })).toBeVisible();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    await page.getByTestId("share-title").fill('a] <img src=x onerror=alert(1)> "b"');
    const url = await link(page).inputValue();
    expect(await copied("Copy link")).toBe(url);
    expect(await copied("Markdown")).toBe(String.raw`[a\] \<img src\=x onerror\=alert\(1\)\> \"b\"](${url})`);
    const embed = await copied("Embed code");
    // The page itself takes no HTML from anybody.
    const blank = await context.newPage();
    const parsed = await blank.evaluate((html) => {
      const inside = new DOMParser().parseFromString(html, "text/html").body;
      const [frame] = inside.children;
      return { count: inside.querySelectorAll("*").length, name: frame.localName, src: frame.src, title: frame.title };
    }, embed);
    expect(parsed).toMatchObject({ count: 1, name: "iframe", title: 'a] <img src=x onerror=alert(1)> "b"' });
    expect(parsed.src).toContain("?embed=lesson,map,terminal#1");
    await blank.close();
    await page.goto(parsed.src);
    await ready(page);
    await expect(lines(page)).toHaveText([/kubectl create namespace mine/]);
  });

  test("the file does natively what was done here", async ({ page }, info) => {
    test.skip(browserName === "firefox", "Playwright hears nothing of a blob's download by WebDriver BiDi");
    test.slow();
    compiled();
    await open(page, "?lesson=walk-through");
    await run(page, "kubectl apply -f fluentd-daemonset.yaml");
    await settle(page);
    await page.getByTestId("terminal-input").fill("kubectl get pods -w");
    await page.getByTestId("terminal-input").press("Enter");
    await expect(entries(page).last()).toContainText("fluentd-");
    await page.getByTestId("terminal-input").press("Control+c");
    await run(page, "kubectl get pods -o wide");
    await share(page);
    await page.getByTestId("share-title").fill("Agents, everywhere!");
    const download = page.waitForEvent("download");
    await page.getByTestId("share-file").click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("agents-everywhere.yaml");
    const path = info.outputPath("scenario.yaml");
    await file.saveAs(path);
    expect(readFileSync(path, "utf8")).toContain("title: Agents, everywhere!");
    await close(page);
    const outcomes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--", "run", path, "--json"], { cwd: new URL("../..", import.meta.url).pathname, encoding: "utf8" }));
    expect(outcomes.map((outcome) => outcome.run)).toEqual(["kubectl apply -f fluentd-daemonset.yaml", "kubectl get pods -w", "kubectl get pods -o wide"]);
    for (const [index, outcome] of outcomes.entries()) {
      const lines = outcome.stdout.split("\n").filter(Boolean);
      for (const line of lines) expect(await entries(page).nth(index).textContent()).toContain(line);
      expect(lines.length, outcome.run).toBeGreaterThan(0);
    }
  });

  test("what is too long for chats, for cameras and for links says so", async ({ page }) => {
    await open(page, "");
    await share(page);
    await expect(page.getByTestId("share-code")).toBeVisible();
    await expect(page.getByTestId("share-code").locator("path")).toHaveAttribute("d", /^M4 4h7v1h-7z/);
    await close(page);
    await run(page, "for i in 1 2 3 4 5 6 7 8 9; do echo $RANDOM-$RANDOM-$RANDOM-$RANDOM-$RANDOM-$RANDOM-$RANDOM >> noise; done");
    const noise = Array.from({ length: 700 }, (_, index) => crc32(Buffer.from([index & 255, index >> 8])).toString(36)).join("");
    await page.getByTestId("terminal-input").fill(`echo ${noise} > noise`);
    await page.getByTestId("terminal-input").press("Enter");
    await expect(entries(page)).toHaveCount(2);
    await share(page);
    await expect(page.getByTestId("share-note")).toContainText("a file is better");
    await expect(page.getByTestId("share-file")).toHaveClass(/is-primary/);
    await expect(page.getByTestId("share-no-code")).toContainText("1200 characters");
  });

  for (const [colorScheme, width, height] of [["light", 1440, 900], ["dark", 1024, 768], ["light", 390, 844], ["dark", 390, 844]]) {
    test.describe(() => {
      test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });
      test(`by keyboard, and in nobody's way: ${colorScheme}, ${width}×${height}`, async ({ page }) => {
        await page.setViewportSize({ width, height });
        await open(page, "?lesson=walk-through");
        await page.getByTestId("share").focus();
        await page.keyboard.press("Enter");
        await expect(link(page)).toBeFocused();
        for (const name of [/Copied|Copy it from the box/, "Markdown", "Embed code"]) {
          await page.keyboard.press("Tab");
          await expect(dialog(page).getByRole("button", { name })).toBeFocused();
        }
        await page.keyboard.press("Tab");
        await expect(page.getByTestId("share-title")).toBeFocused();
        await page.keyboard.press("Tab");
        await page.keyboard.press("ArrowDown");
        await expect(page.getByRole("radio", { name: /^Whole history/ })).toBeFocused();
        await page.keyboard.press("Tab");
        await expect(page.getByTestId("share-file")).toBeFocused();
        await page.keyboard.press("Tab");
        await expect(page.getByTestId("share-export")).toBeFocused();
        await page.keyboard.press("Tab");
        await expect(page.getByTestId("share-code")).toBeFocused();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html).join(" ")}`)).toEqual([]);
        await page.keyboard.press("Enter");
        await expect(page.getByTestId("share-code")).toHaveAttribute("aria-pressed", "true");
        await expect(page.getByTestId("share-code")).toBeInViewport({ ratio: 0.99 });
        const overflow = await dialog(page).evaluate((one) => one.scrollWidth - one.clientWidth);
        expect(overflow).toBe(0);
        await page.keyboard.press("Escape");
        await expect(page.getByTestId("share")).toBeFocused();
      });
    });
  }
});

test.describe("opening", () => {
  test("kept, it is one's own beside what one had, and each leads to the other", async ({ page, browser }) => {
    const url = await made(browser, ["kubectl create namespace theirs"], "Their work");
    await open(page, "");
    await run(page, "kubectl create namespace mine");
    await follow(page, url);
    await expect(banner(page)).toContainText("“Their work”. This is what the link holds. Your own work is kept.");
    await banner(page).getByRole("button", { name: "Keep" }).click();
    await expect(banner(page)).toHaveCount(0);
    expect(new URL(page.url()).hash).toBe("");
    await page.reload();
    await ready(page);
    await expect(lines(page)).toHaveText([/theirs/]);
    const other = async (name) => {
      await page.getByRole("button", { name: /^Lesson: / }).click();
      await page.evaluate(() => (window.stays = true));
      await page.getByRole("button", { name }).click();
      await page.waitForFunction(() => !window.stays);
      await ready(page);
    };
    await other(/^Back to “One pod on every node” 1 command/);
    await expect(lines(page)).toHaveText([/mine/]);
    await other(/^Back to “Their work” 1 command/);
    await expect(lines(page)).toHaveText([/theirs/]);
  });

  test("two links one after the other cost nothing of what was done before, nor of what was done in the first", async ({ page, browser }) => {
    const first = await made(browser, ["kubectl create namespace one"], "One");
    const second = await made(browser, ["kubectl create namespace two"], "Two");
    await open(page, "");
    await run(page, "kubectl create namespace mine");
    await follow(page, first);
    await follow(page, second);
    await expect(lines(page)).toHaveText([/two/]);
    await follow(page, first);
    await run(page, "kubectl create namespace more");
    await follow(page, second);
    await run(page, "kubectl create namespace andmore");
    await page.reload();
    await ready(page);
    await expect(lines(page)).toHaveText([/two/, /andmore/]);
    await page.getByRole("button", { name: /^Lesson: / }).click();
    await expect(page.locator(".menu-item", { hasText: "Back to “" })).toHaveText([/One pod on every node.*1 command/, /One.*2 commands/]);
    await page.getByRole("button", { name: /^Back to “One pod/ }).click();
    await expect(lines(page)).toHaveText([/mine/]);
  });

  test("what waits is listed, and can be deleted and brought back", async ({ page, browser }) => {
    await open(page, "");
    await run(page, "kubectl create namespace mine");
    for (const title of ["One", "Two", "Three", "Four"]) {
      await follow(page, await made(browser, [`kubectl create namespace ${title.toLowerCase()}`], title));
      await banner(page).getByRole("button", { name: "Keep" }).click();
    }
    await page.getByRole("button", { name: /^Lesson: / }).click();
    await expect(page.locator(".menu-item", { hasText: "Back to “" })).toHaveText([/One/, /Two/, /Three/]);
    await page.locator(".menu-item", { hasText: "Your other work" }).click();
    const works = page.getByTestId("works");
    await expect(works.locator("li p")).toHaveText([/One pod on every node/, /One/, /Two/, /Three/]);
    await works.getByRole("button", { name: "Delete “Two”" }).click();
    await expect(works.locator("li")).toHaveCount(3);
    const back = works.getByRole("button", { name: "Bring it back" });
    await expect(back).toBeFocused();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await back.press("Enter");
    await expect(works.locator("li p")).toHaveText([/One pod on every node/, /One/, /Two/, /Three/]);
    await works.getByRole("button", { name: "Delete “One”" }).click();
    await page.evaluate(() => (window.stays = true));
    await works.getByRole("button", { name: "Go to “Two”" }).click();
    await page.waitForFunction(() => !window.stays);
    await ready(page);
    await expect(lines(page)).toHaveText([/two/]);
    await page.getByRole("button", { name: /^Lesson: / }).click();
    await page.locator(".menu-item", { hasText: "Your other work" }).click();
    await expect(works.locator("li p")).toHaveText([/One pod on every node/, /Four/, /Three/]);
  });

  test("where the browser keeps nothing, one's own work waits in the page", async ({ browser }) => {
    const url = await made(browser, ["kubectl create namespace theirs"]);
    const context = await browser.newContext();
    await context.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get: () => { throw new DOMException("blocked", "SecurityError"); } });
      }
    });
    const page = await context.newPage();
    await open(page, "");
    await run(page, "kubectl create namespace mine");
    await page.evaluate((url) => (location.href = url), url);
    await expect(banner(page).first()).toContainText("Your own work is kept");
    await expect(lines(page)).toHaveText([/theirs/]);
    await run(page, "kubectl create namespace more");
    await page.getByRole("button", { name: "Back to mine" }).click();
    await expect(lines(page)).toHaveText([/mine/]);
    await context.close();
  });

  test("a link of a newer playground shows what is known, and says that there is more", async ({ page, browser }) => {
    const url = await made(browser, ["kubectl create namespace theirs"], "New");
    await open(page, altered(url, (packed) => ({ version: 2, packed })));
    await expect(banner(page)).toContainText("“New”.");
    await expect(banner(page)).toContainText("A newer playground made it");
    await expect(lines(page)).toHaveText([/theirs/]);
    await page.goto("about:blank");
    await open(page, recorded(Buffer.concat([nodes("worker-", 2), section(9, typed(2000, "kubectl get nodes"), Buffer.concat([number(8 * 500 + 6), text("new")])), section(99, text("?"))])));
    await expect(banner(page)).toContainText("A newer playground made it");
    await expect(lines(page)).toHaveText([/kubectl get nodes/]);
    await page.goto("about:blank");
    await open(page, "#7AAAAAAAe");
    await expect(banner(page)).toContainText("made by a newer playground (format 7");
  });
});

test.describe("a link that means harm", () => {
  const SCRIPT = '<img src=x onerror="document.title=\'harm\'">';
  const BIDI = "\u202egnp.exe\u0000\u200b";

  test("script and marks that turn the writing are words like others", async ({ page }) => {
    const files = section(8, ...[SCRIPT, `javascript:alert(1)${BIDI}`, "x".repeat(1000)].flatMap((name) => [text(name), number(1), number(0), number(0), text(`# ${SCRIPT}`)]));
    const history = section(9, typed(2000, `echo '${SCRIPT}' ${BIDI.replace("\u0000", "")}`), typed(10, `kubectl get ${SCRIPT}`));
    await open(page, recorded(Buffer.concat([section(2, text(`${SCRIPT}${BIDI}`)), section(4, text(SCRIPT)), nodes("w-", 1), files, history, section(11, text(SCRIPT))])));
    await expect(banner(page)).toContainText("onerror");
    const words = await banner(page).textContent();
    expect(words).not.toMatch(/[\u202a-\u202e\u200b\u0000]/);
    expect(words).toContain(String.raw`\u{202e}gnp.exe\u{0}\u{200b}`);
    await expect(entries(page).first()).toContainText("<img src=x");
    for (const name of ["Terminal", "Editor", "Lesson"]) {
      const room = page.getByRole("navigation", { name: "Parts of the page" }).getByRole("button", { name });
      if (await room.isVisible()) await room.click();
    }
    await share(page);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("a[href^='javascript']").count()).toBe(0);
    expect(await page.title()).not.toContain("harm");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
    const tabs = await page.locator(".editor-tabs, [role=tablist]").first().textContent();
    expect(tabs).not.toMatch(/[\u202a-\u202e\u200b\u0000]/);
  });

  test("nodes that cannot be are no nodes", async ({ page }) => {
    await open(page, recorded(Buffer.concat([nodes(`<b>${BIDI}</b>`, 2)])));
    await run(page, "kubectl get nodes");
    await expect(entries(page).last()).not.toContainText("<b>");
    expect(await page.locator("b").count()).toBe(0);
  });

  test("much to do is done while the page is drawn, and can be stopped", async ({ page }) => {
    test.slow();
    const commands = Array.from({ length: 3000 }, (_, index) => typed(index === 0 ? 2000 : 7, "kubectl get pods,nodes -A -o yaml"));
    const begin = Date.now();
    await open(page, recorded(Buffer.concat([nodes("worker-", 60), section(9, ...commands)])));
    expect(Date.now() - begin).toBeLessThan(15_000);
    await expect(banner(page)).toContainText(/Opening what it holds|asks for more work/);
    const stop = banner(page).getByRole("button", { name: "Stop here" });
    if (await stop.isVisible()) {
      await stop.click();
      await expect(banner(page)).toHaveCount(0);
    }
    await page.getByRole("button", { name: "Settings" }).click();
    await expect(page.locator(".menu-item").first()).toBeVisible();
  });

  test("much that one has done oneself comes back while the page is drawn; what is left out stays reachable", async ({ page }) => {
    test.slow();
    const commands = Array.from({ length: 3000 }, (_, index) => typed(index === 0 ? 2000 : 7, "kubectl get nodes -o yaml >/dev/null"));
    const work = recorded(Buffer.concat([nodes("worker-", 60), section(9, ...commands)])).replace("#", "");
    await stored(page, "playground.v1.work", work);
    await open(page, "");
    await expect(banner(page)).toContainText("Bringing back what you did");
    await page.getByTestId("terminal-input").fill("echo afterwards");
    await page.getByTestId("terminal-input").press("Enter");
    await banner(page).getByRole("button", { name: "Stop here" }).click();
    await expect(banner(page)).toHaveCount(0);
    await expect(lines(page).last()).toHaveText(/afterwards/);
    await page.getByRole("button", { name: "Presents that you left behind" }).click();
    await expect(page.locator(".menu-item", { hasText: "kubectl get nodes" })).toHaveCount(1);
    await expect.poll(() => page.evaluate(() => localStorage.getItem("playground.v1.work").split("\n").length)).toBe(2);
  });

  test("too much of it is told, and what came of it stays", async ({ page }) => {
    test.slow();
    const commands = Array.from({ length: 9000 }, (_, index) => typed(index === 0 ? 2000 : 1, "kubectl get nodes -o yaml"));
    await open(page, recorded(Buffer.concat([nodes("worker-", 100), section(9, ...commands)])));
    await expect(banner(page)).toContainText("asks for more work than the page does", { timeout: 90_000 });
    await run(page, "kubectl get nodes");
    await expect(entries(page).last()).toContainText("worker-100");
  });
});
