// The browser tests of the built page. `cargo xtask browser` serves dist/ and says where: PAGE, and with what: CHROME or FIREFOX.
import { defineConfig } from "@playwright/test";
import { browserName, launchOptions } from "./browser.mjs";

export default defineConfig({
  testDir: ".",
  testMatch: "*.test.mjs",
  outputDir: "../../target/browser-tests",
  // Two at a time would slow each other down on a small machine.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    baseURL: process.env.PAGE,
    viewport: { width: 1280, height: 720 },
    browserName,
    launchOptions,
    screenshot: "only-on-failure",
    // A trace makes the suite take three times as long; `cargo xtask browser --trace retain-on-failure` asks for one.
    trace: "off",
    // A worker would answer in the place of what a test puts between the page and its files; offline.test.mjs has it.
    serviceWorkers: "block",
  },
});
