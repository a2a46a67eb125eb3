// The page starts, wherever it is hosted.
import { expect, open, test } from "./page.mjs";

test("the page becomes usable without a complaint", async ({ playground }) => {
  await expect(playground).toHaveTitle("DaemonSet playground");
  await expect(playground.locator(".skeleton")).toHaveCount(0);
});

test("the module arrives once (the preload is used) and compressed", async ({ page }) => {
  const modules = [];
  page.on("response", (response) => {
    if (/\/engine-[0-9a-f]+\.wasm$/.test(response.url())) modules.push(response);
  });
  await open(page, "");
  expect(modules).toHaveLength(1);
  expect(modules[0].headers()).toMatchObject({ "content-type": "application/wasm", "content-encoding": "br" });
});

test("the editor is not fetched before the page is usable", async ({ page }) => {
  let ready = false;
  const early = [];
  page.on("request", (request) => {
    if (!ready && request.url().includes("/editor-")) early.push(request.url());
  });
  await page.exposeFunction("nowReady", () => (ready = true));
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.documentElement?.dataset.ready !== "true") return;
      observer.disconnect();
      window.nowReady();
    }).observe(document, { attributes: true, subtree: true });
  });
  await open(page, "");
  expect(early).toEqual([]);
});
