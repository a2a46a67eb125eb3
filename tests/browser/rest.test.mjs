// The engine is two modules: the page begins with the first, and fetches the rest as soon as it can be used.
import { test as plain } from "@playwright/test";
import { pageAddress } from "./browser.mjs";
import { entries, run } from "./hands.mjs";
import { expect, open, ready, test } from "./page.mjs";

const REST = "**/engine-rest-*.wasm";
const ANSWER = /Name:\s+worker-1\n[^]*Kubelet Version:/;

test("the rest is fetched once, after the page is usable, and compressed", async ({ page }) => {
  const arrived = page.waitForResponse(REST);
  await open(page, "");
  expect((await arrived).headers()).toMatchObject({ "content-type": "application/wasm", "content-encoding": "br" });
  await whole(page);
  const { usable, asked } = await page.evaluate(() => ({
    usable: performance.getEntriesByName("usable")[0].startTime,
    asked: performance.getEntriesByType("resource").flatMap(({ name, startTime }) => (name.includes("/engine-rest-") ? startTime : [])),
  }));
  expect(asked).toHaveLength(1);
  expect(asked[0]).toBeGreaterThanOrEqual(usable);
});

test("nothing is ever waited for in ordinary use", async ({ page }) => {
  await page.addInitScript(() => {
    window.waits = [];
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...how) {
      window.waits.push(url);
      return open.call(this, method, url, ...how);
    };
  });
  const waits = () => page.evaluate(() => window.waits);
  await open(page, "");
  await run(page, "kubectl get nodes");
  await whole(page);
  await run(page, "kubectl apply -f disk-watch.yaml");
  await saved(page);
  expect(await waits()).toEqual([]);

  await page.reload();
  await ready(page);
  await expect(entries(page)).toHaveCount(2);
  await page.getByTestId("share").click();
  const link = await page.getByTestId("share-url").inputValue();
  expect(await waits()).toEqual([]);

  await page.evaluate(() => localStorage.clear());
  await open(page, new URL(link).hash);
  await page.reload();
  await ready(page);
  await expect(entries(page)).toHaveCount(2);
  expect(await waits()).toEqual([]);
});

test("what comes before the rest waits for it, and is answered as ever", async ({ page }) => {
  await page.route(REST, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await route.continue();
  });
  await open(page, "");
  await run(page, "kubectl describe node worker-1");
  await expect(entries(page).last()).toContainText(ANSWER);
});

// Complaints are expected here.
plain("without the rest the page is usable and answers `kubectl get nodes`", async ({ page }) => {
  await page.route(REST, (route) => route.abort());
  await page.goto(pageAddress());
  await ready(page);
  await run(page, "kubectl get nodes");
  await expect(entries(page).last()).toContainText(/worker-1\s+Ready/);
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true");
});

plain("the rest is asked for until it is there", async ({ page }) => {
  let attempts = 0;
  await page.route(REST, (route) => (++attempts < 3 ? route.abort() : route.continue()));
  await page.goto(pageAddress());
  await whole(page);
  expect(attempts).toBe(3);
  await run(page, "kubectl describe node worker-1");
  await expect(entries(page).last()).toContainText(ANSWER);
});

plain("a connection that is lost before the rest has arrived loses nobody their work", async ({ page }) => {
  await page.route(REST, (route) => route.abort());
  await page.goto(pageAddress());
  await ready(page);
  await run(page, "kubectl get nodes");
  await saved(page);
  await page.getByTestId("terminal-input").fill("kubectl describe node worker-1");
  await page.getByTestId("terminal-input").press("Enter");
  await expect(page.getByRole("alert")).toContainText("The connection was lost");
  await page.unroute(REST);
  await page.getByRole("button", { name: "Reload" }).click();
  await ready(page);
  await expect(entries(page)).toHaveCount(1);
  await expect(entries(page)).toContainText("kubectl get nodes");
});

/// Waits until all of the engine is there.
async function whole(page) {
  await page.waitForFunction(() => globalThis.playgroundWhole?.().then(() => true));
}

/// Waits until what was done is saved.
async function saved(page) {
  await expect.poll(() => page.evaluate(() => localStorage.getItem("playground.v1.work"))).toBeTruthy();
}
