// The page starts, wherever it is hosted.
import { expect, test } from "./page.mjs";

test("the page becomes usable without a complaint", async ({ playground }) => {
  await expect(playground).toHaveTitle("DaemonSet playground");
  await expect(playground.locator(".skeleton")).toHaveCount(0);
});
