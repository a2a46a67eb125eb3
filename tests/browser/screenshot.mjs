// The README's picture: `cargo xtask screenshot`. A rolling update half way, in the lesson's step that tells of it.
import { writeFileSync } from "node:fs";
import { chromium, expect } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";
import { clock, run, running, settle, type } from "./hands.mjs";
import { smaller } from "./png.mjs";

const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  await page.goto(pageAddress() + "?lesson=walk-through");
  await page.locator('html[data-ready="true"]').waitFor();
  const image = page.locator(".cm-line", { hasText: "image: fluent/fluentd:latest" });
  await image.waitFor();
  await clock(page, "Pause the clock").click();
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await settle(page);
  await running(page, 3);
  await page.getByRole("button", { name: "Step 6: Update" }).click();
  await image.click();
  await page.keyboard.press("End");
  for (const _ of "latest") await page.keyboard.press("Backspace");
  await page.keyboard.type("v1.17");
  await page.keyboard.press("Control+Enter");
  await type(page, "kubectl rollout status daemonset/fluentd");
  // On one node the new pod runs, on the next one it is being made.
  const made = page.locator('[data-testid=pod][data-phase="ContainerCreating"]');
  const renewed = page.locator('[data-testid=pod][data-phase="Running"]').filter({ hasText: "r2" });
  for (let steps = 0; steps < 200; steps++) {
    if ((await renewed.count()) === 1 && (await made.count()) === 1) break;
    await clock(page, "Next event").click();
  }
  await expect(renewed).toHaveCount(1);
  await page.getByTestId("terminal-input").focus();
  writeFileSync("../../www/screenshot.png", smaller(await page.screenshot()));
  console.log("  www/screenshot.png is made");
} finally {
  await browser.close();
}
