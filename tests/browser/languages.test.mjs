// The page in other languages: nothing of it stays English but what Kubernetes and the lessons say; longer words and the other
// direction do not break it; the choice is remembered.
import AxeBuilder from "@axe-core/playwright";
import { readFileSync } from "node:fs";
import { expect, open, ready, test } from "./page.mjs";
import { run } from "./hands.mjs";

const catalogue = (code) => JSON.parse(readFileSync(new URL(`../../www/languages/${code}.json`, import.meta.url)));

/// What a person sees or hears of the page itself: texts and names outside of what is marked as English, or as code.
const spoken = (page) =>
  page.evaluate(() => {
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
      if (element.closest("[lang]").lang === "en" || element.closest("svg, code, pre, script, noscript, .cm-editor, .where, .node-status, .pod, .lesson-words, .course-head .button, .palette-item, .menu-panel [aria-pressed], [data-testid=share-title]")) continue;
      for (const name of ["aria-label", "aria-description", "title", "placeholder"]) found.push(element.getAttribute(name) ?? "");
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
    }
    return [...new Set(found.map((text) => text.trim()))].filter((text) => /\p{L}{2}/u.test(text));
  });

/// The English of a catalogue that a person would see where the other language should be.
function english(words, texts) {
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\\\{\d\\\}/g, ".+");
  const foreign = Object.entries(words).filter(([key, text]) => key !== text && /\p{L}{2}/u.test(key.replace(/\{\d\}/g, "")));
  const known = new RegExp(`^(${foreign.map(([key]) => escaped(key)).join("|")})$`);
  const own = new RegExp(`^(${Object.values(words).map(escaped).join("|")})$`);
  return texts.filter((text) => !own.test(text) && (known.test(text) || /\b(the|and|with|your|this|that|is)\b/i.test(text)));
}

/// Every view of the page, one after the other: what opens it, and what closes it.
async function everywhere(page, words, look) {
  const rooms = page.getByRole("navigation", { name: words["Parts of the page"] });
  const narrow = await rooms.isVisible();
  for (const name of ["Lesson", "Cluster", "Editor", "Terminal"]) {
    if (narrow) await rooms.getByRole("button", { name: words[name] }).click();
    await look(name);
  }
  const dialog = async (name, show) => {
    await show();
    await expect(page.getByRole("dialog")).toBeVisible();
    await look(name);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  };
  await page.getByRole("button", { name: words.Settings }).click();
  await look("settings");
  await page.keyboard.press("Escape");
  await dialog("share", () => page.getByTestId("share").click());
  await dialog("palette", () => page.keyboard.press("Control+k"));
  await dialog("keys", async () => {
    await page.getByRole("button", { name: words.Settings }).click();
    await page.locator(".menu-item", { hasText: words["all keys that do something"] }).click();
  });
  await dialog("course", async () => {
    await page.locator(".where").getByRole("button").first().click();
    await page.locator(".menu-item", { hasText: words["The course"] }).click();
  });
}

for (const [code, direction] of [["de", "ltr"], ["ar", "rtl"]]) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    test.describe(() => {
      test.use({ contextOptions: { reducedMotion: "reduce" } });
      test(`${code}, ${width}×${height}: in every view its own words, nothing cut, nothing in the way of anybody`, async ({ page }) => {
        test.slow();
        const words = catalogue(code);
        await page.setViewportSize({ width, height });
        await open(page, `?lang=${code}&lesson=walk-through`);
        await expect(page.locator("html")).toHaveAttribute("lang", code);
        await expect(page.locator("html")).toHaveAttribute("dir", direction);
        await everywhere(page, words, async (view) => {
          expect(english(words, await spoken(page)), `English in ${view}`).toEqual([]);
          const cut = await page.evaluate(() => {
            const root = document.documentElement;
            const wide = [...document.querySelectorAll(".button, .clock, .panel-head, .top-bar, .dialog, .menu-item")];
            const over = wide.filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1);
            return [root.scrollWidth - root.clientWidth, over.map((element) => element.outerHTML.slice(0, 160))];
          });
          expect(cut, `too wide in ${view}`).toEqual([0, []]);
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect(violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes.map((one) => one.html).join(" ")}`)).toEqual([]);
        });
      });
    });
  }
}

test("what is code, a name or English runs from left to right in Arabic", async ({ page }) => {
  await open(page, "?lang=ar&lesson=walk-through");
  await run(page, "kubectl get nodes");
  for (const part of [".lesson-title", ".prose", ".clock", ".scrub", ".node-name", ".terminal-output", ".terminal-line", ".editor-area", ".goal"]) {
    await expect(page.locator(part).first(), part).toHaveCSS("direction", "ltr");
  }
  for (const part of [".top-bar", ".panel-head", ".goals-title", ".steps", ".nodes", ".editor-foot"]) {
    await expect(page.locator(part).first(), part).toHaveCSS("direction", "rtl");
  }
  const right = async (locator) => (await locator.boundingBox()).x;
  expect(await right(page.getByTestId("lesson"))).toBeGreaterThan(await right(page.getByTestId("map")));
});

test("a language that is chosen is remembered; the address wins, until another is chosen", async ({ page }) => {
  const language = (code) => expect(page.locator("html")).toHaveAttribute("lang", code);
  const choose = async (settings, name) => {
    await page.getByRole("button", { name: settings }).click();
    const loaded = page.waitForEvent("load");
    await page.getByRole("button", { name }).click();
    await loaded;
    await ready(page);
  };
  await open(page);
  await language("en");
  await choose("Settings", "Deutsch");
  await language("de");
  await open(page);
  await language("de");
  await open(page, "?lang=ar");
  await language("ar");
  await choose(catalogue("ar").Settings, "English");
  await language("en");
  await open(page, "");
  await language("en");
});

test("a catalogue that does not arrive leaves the page English", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route(/\/de-[^/]*\.json$/, (route) => route.abort());
  await open(page, "?lang=de");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("button", { name: "Settings" })).toBeVisible();
  await context.close();
});
