// A lesson on paper.
import { inflateSync } from "node:zlib";
import { browserName } from "./browser.mjs";
import { expect, open, test } from "./page.mjs";

/// How many pages a PDF has; Firefox packs what says so.
function sheets(pdf) {
  const text = pdf.toString("latin1");
  const packed = [...text.matchAll(/\/Type\s*\/ObjStm[^]*?stream\r?\n/g)].map(({ index, 0: head }) => {
    const begin = index + head.length;
    return inflateSync(pdf.subarray(begin, text.indexOf("endstream", begin))).toString("latin1");
  });
  return [text, ...packed].join("\n").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

test("a lesson is printed whole, and nothing else of the page", async ({ page }) => {
  test.skip(browserName === "firefox", "WebDriver BiDi cannot emulate print");
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page);
  await page.evaluate(() => globalThis.playgroundWhole());
  await expect.poll(() => page.evaluate(() => Boolean(globalThis.playgroundDo))).toBe(true);
  const steps = Number(/of (\d+)/.exec(await page.locator(".lesson-step").textContent())[1]);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const paper = page.locator(".paper");
  await expect(paper.locator("section")).toHaveCount(steps);
  await expect(paper.locator(".paper-command", { hasText: "kubectl apply -f fluentd-daemonset.yaml" })).not.toHaveCount(0);
  await expect(paper.locator("figure pre").first()).toContainText("kind: DaemonSet");
  await expect(paper.locator("footer")).toContainText("?lesson=walk-through");
  await expect(page.locator(".page")).toBeHidden();
  await expect(paper.getByRole("button", { name: "Type it" })).toHaveCount(0);
  const colours = await paper.evaluate((paper) => [getComputedStyle(paper).color, getComputedStyle(document.documentElement).colorScheme]);
  expect(colours).toEqual(["rgb(0, 0, 0)", "light"]);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect(paper).toHaveCount(0);
});

test("the browser's own printing finds it", async ({ page }) => {
  await open(page);
  await expect.poll(() => page.evaluate(() => Boolean(globalThis.playgroundDo))).toBe(true);
  await page.evaluate(() => {
    window.sections = 0;
    new MutationObserver(() => (window.sections = Math.max(window.sections, document.querySelectorAll(".paper section").length))).observe(document.body, { childList: true, subtree: true });
  });
  const pdf = await page.pdf({ path: process.env.PAPER });
  expect(sheets(pdf)).toBeGreaterThan(2);
  expect(await page.evaluate(() => window.sections)).toBeGreaterThan(2);
  await expect(page.locator(".paper")).toHaveCount(0);
});
