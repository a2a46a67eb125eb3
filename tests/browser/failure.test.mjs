// When something does not arrive, the page stays calm and says what to do. Complaints are expected here.
import { expect, test } from "@playwright/test";
import { browserName, pageAddress } from "./browser.mjs";
import { entries, run } from "./hands.mjs";

test("without JavaScript the page says what it is and what it needs", async ({ browser }) => {
  test.skip(browserName === "firefox", "Playwright cannot switch JavaScript off by WebDriver BiDi");
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pageAddress());
  await expect(page.getByRole("heading", { name: "DaemonSet playground" })).toBeVisible();
  await expect(page.locator("noscript p")).toBeVisible();
  await context.close();
});

test("before the module has arrived there is something to read", async ({ page }) => {
  let arrive;
  const held = new Promise((resolve) => (arrive = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(pageAddress(), { waitUntil: "commit" });
  await expect(page.getByRole("heading", { name: "DaemonSet playground" })).toBeVisible();
  await expect(page.getByRole("status")).toContainText("Starting");
  arrive();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true");
});

test("a module that does not arrive is said so", async ({ page }) => {
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(pageAddress());
  await expect(page.getByRole("status")).toContainText("reload the page");
  await expect(page.locator("html")).toHaveAttribute("data-ready", "failed");
});

test("an editor that does not arrive leaves the page usable", async ({ page }) => {
  await page.route("**/editor-*.js", (route) => route.abort());
  await page.goto(pageAddress());
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true");
  const outcome = await page.evaluate(() => globalThis.playgroundEditor().then(() => "came", () => "did not come"));
  expect(outcome).toBe("did not come");
});

test("without the editor the plain text says where a mistake is, and is applied", async ({ page }) => {
  await page.route("**/editor-*.js", (route) => route.abort());
  await page.goto(pageAddress() + "?lesson=walk-through");
  const area = page.locator("textarea[data-testid=editor]");
  await expect(area).toHaveValue(/^apiVersion: apps\/v1\nkind: DaemonSet\n/);
  await area.fill((await area.inputValue()).replace("matchLabels:", "matchLabelz:"));
  const problem = page.getByRole("list", { name: "Problems" }).getByRole("listitem").first();
  await expect(problem).toContainText('unknown field "spec.selector.matchLabelz"');
  await problem.getByRole("button", { name: "line 9" }).click();
  await expect(area).toBeFocused();
  const before = await area.evaluate((area) => area.value.slice(0, area.selectionStart).split("\n").length);
  expect(before).toBe(9);
  await area.press("Control+Enter");
  await expect(entries(page).last()).toContainText('unknown field "spec.selector.matchLabelz"');
  await run(page, "grep -c matchLabelz fluentd-daemonset.yaml");
  await expect(entries(page).last()).toContainText("1");
});

test("when the engine breaks, a calm page leads back to the work, or to a new beginning", async ({ page }) => {
  const kept = "kubectl create namespace kept";
  await page.goto(pageAddress());
  await run(page, kept);
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage))).toContain("playground.v1.work");
  await trap(page);
  await expect(page.getByRole("alert")).toContainText("Something broke");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(entries(page)).toHaveCount(1);
  await expect(entries(page)).toContainText(kept);

  await trap(page);
  await page.getByRole("button", { name: "Begin anew" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true");
  await expect(entries(page)).toHaveCount(0);
});

/// What a panic of the engine is to the page: a module that runs into `unreachable`.
async function trap(page) {
  await page.evaluate(async () => {
    const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const [type, func, run, code] = [[1, 4, 1, 0x60, 0, 0], [3, 2, 1, 0], [7, 5, 1, 1, 0x72, 0, 0], [10, 5, 1, 3, 0, 0x00, 0x0b]];
    const { instance } = await WebAssembly.instantiate(new Uint8Array([...header, ...type, ...func, ...run, ...code]));
    setTimeout(() => instance.exports.r());
  });
}
