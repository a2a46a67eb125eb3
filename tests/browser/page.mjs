// What every browser test starts from: `import { expect, test } from "./page.mjs"`.
//
// The `page` fixture fails its test on anything a learner's browser would complain about: an error on the console, an
// uncaught exception, a request that fails, a request to anywhere but the page's own folder.

import { test as base, expect } from "@playwright/test";
import { pageAddress } from "./browser.mjs";

export { expect };

export const test = base.extend({
  context: async ({ context }, use) => {
    const complaints = watch(context);
    await use(context);
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

/// Collects complaints from all pages of a browser context; also for contexts that a test makes itself.
export function watch(context) {
  const complaints = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(`exception: ${error.error()}`));
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
