// What every browser test starts from: `import { expect, test } from "./page.mjs"`.
//
// The `page` fixture fails its test on anything a learner's browser would complain about: an error on the console, an
// uncaught exception, a request that fails, a request to anywhere but the page's own folder.

import { test as base, expect } from "@playwright/test";
import { browserName, firefoxPreferences, pageAddress } from "./browser.mjs";

export { expect };

export const test = base.extend({
  // `test.use({ colorScheme, hasTouch, contextOptions: { reducedMotion } })` holds in every browser: Firefox is started anew for it.
  context: async ({ context, playwright, colorScheme, hasTouch, contextOptions }, use) => {
    const firefoxUserPrefs = firefoxPreferences({ colorScheme, hasTouch, ...contextOptions });
    const isOwn = browserName === "firefox" && Object.keys(firefoxUserPrefs).length > 0;
    const own = isOwn ? await playwright.firefox.launch({ firefoxUserPrefs }) : undefined;
    const used = own ? await own.newContext() : context;
    const complaints = watch(used);
    await use(used);
    await own?.close();
    expect(complaints, "what the browser complained about").toEqual([]);
  },

  // An open playground, ready for use.
  playground: async ({ page }, use) => {
    await open(page);
    await use(page);
  },
});

/// Opens the playground, at a fragment or query if one is given, else with the walk-through; waits until it can be used.
export async function open(page, rest = "?lesson=walk-through") {
  await page.goto(pageAddress() + rest);
  await ready(page);
}

/// Waits until the app says that it can be used.
export async function ready(page) {
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true", { timeout: 30_000 });
}

/// Lets the page find something in its storage when it begins. In Firefox the script also runs in the empty page before, which has none.
export async function stored(page, key, value) {
  await page.addInitScript(([key, value]) => {
    if (origin !== "null") localStorage[key] ??= value;
  }, [key, value]);
}

/// Lets the page use the clipboard. Firefox asks nobody who reads what the same page has written, and knows no such permission.
export async function allowClipboard(context) {
  if (browserName !== "firefox") await context.grantPermissions(["clipboard-read", "clipboard-write"]);
}

/// Firefox complains of the style that Playwright puts in for a screenshot, which it takes of a page that closes; known by its hash.
const OF_SCREENSHOTS = "sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT+SmwNZWA=";

/// Collects complaints from all pages of a browser context; also for contexts that a test makes itself.
export function watch(context) {
  const complaints = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => {
    const text = String(error.error());
    if (browserName !== "firefox" || !text.includes(OF_SCREENSHOTS)) complaints.push(`exception: ${text}`);
  });
  context.on("request", (request) => {
    const url = request.url();
    const own = url.startsWith(pageAddress()) || url.startsWith("data:") || url.startsWith("blob:");
    if (!own) complaints.push(`foreign request: ${url}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return complaints;
}
