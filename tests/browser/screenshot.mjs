// The README's picture: `cargo xtask screenshot`.
import { chromium } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";

const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  await page.goto(pageAddress());
  await page.locator('html[data-ready="true"]').waitFor();
  // The editor comes a moment after the page.
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: "../../www/screenshot.png" });
  console.log("  www/screenshot.png is made");
} finally {
  await browser.close();
}
