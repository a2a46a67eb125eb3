// What the engine takes in the browser, beside what it takes natively: `cargo xtask bench --browser`. A link is opened, and the
// page says when it begins and ends to replay each piece of what the link holds; the median of several times.
import { chromium } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";

const TIMES = 3;
/// How much longer it may take in the browser.
const MOST = 2.5;

// Each link holds the work of the ones before, too.
const STEPS = ["start", "create", "rollout 10%"];

const browser = await chromium.launch(launchOptions);
try {
  row("nodes", "", "native", "browser", "factor");
  const words = process.argv.slice(2);
  for (let place = 0; place + 1 < words.length; place += 2) {
    const links = JSON.parse(words[place + 1]);
    let [before, beforeNatively] = [0, 0];
    for (const [step, { link, native }] of links.entries()) {
      const took = await replay(link);
      const [here, there] = [took - before, native - beforeNatively];
      const factor = here / there;
      const verdict = factor <= MOST ? "reached" : `MISSED: at most ${MOST}`;
      row(words[place], STEPS[step], `${there.toFixed(0)} ms`, `${here.toFixed(0)} ms`, factor.toFixed(2), verdict);
      [before, beforeNatively] = [took, native];
    }
  }
} finally {
  await browser.close();
}

/// Milliseconds of replaying, which the page does piece by piece.
async function replay(link) {
  const times = [];
  for (let index = 0; index < TIMES; index++) {
    const page = await browser.newPage();
    await page.goto(pageAddress() + link);
    await page.waitForFunction(() => performance.getEntriesByName("opened").length > 0, null, { timeout: 300_000 });
    const sum = (name) => performance.getEntriesByName(name).reduce((sum, { startTime }) => sum + startTime, 0);
    times.push((await page.evaluate(sum, "replayed")) - (await page.evaluate(sum, "replay")));
    await page.close();
  }
  return times.sort((one, other) => one - other)[Math.floor(TIMES / 2)];
}

function row(...columns) {
  console.log(`  ${columns.map((column) => column.padStart(14)).join("")}`);
}
