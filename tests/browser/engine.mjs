// What the engine takes in the browser, beside what it takes natively: `cargo xtask bench --browser`. A link is opened again and
// again in one page, which says when it begins and ends to replay each piece of what the link holds. The first time stands apart,
// as it does natively, and so does the first half of the others: the browser's compiler is still at work then, on what is short for
// dozens of times. Of what is left the least counts, as it does natively: what else the machine does only adds to it.
import { chromium } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";

/// How often at least, and milliseconds of replaying in all.
const TIMES = 5;
const ENOUGH = 3_000;
/// How much longer it may take in the browser.
const MOST = 2.5;

// Each link holds the work of the ones before, too.
const STEPS = ["start", "+ create", "+ rollout 10%"];

const browser = await chromium.launch(launchOptions);
try {
  row("nodes", "", "native", "browser", "factor", "at first", "factor");
  const words = process.argv.slice(2);
  for (let place = 0; place + 1 < words.length; place += 2) {
    for (const [step, { link, native }] of JSON.parse(words[place + 1]).entries()) {
      const [first, ...rest] = await replays(link);
      const took = Math.min(...rest.slice(rest.length / 2));
      const verdict = took / native <= MOST ? "reached" : `MISSED: at most ${MOST}`;
      const columns = [ms(native), ms(took), (took / native).toFixed(2), ms(first), (first / native).toFixed(2)];
      row(words[place], STEPS[step], ...columns, `  ${verdict}`);
    }
  }
} finally {
  await browser.close();
}

/// Milliseconds of replaying, which the page does piece by piece, each time that the link is dropped onto it.
async function replays(link) {
  const page = await browser.newPage();
  await page.goto(pageAddress());
  await page.waitForFunction(() => document.querySelector("[data-testid=terminal] [aria-pressed]"), null, { timeout: 60_000 });
  const times = [];
  while (times.length < TIMES || sum(times) < ENOUGH) {
    await page.evaluate(drop, link);
    await page.waitForFunction(() => performance.getEntriesByName("opened").length > 0, null, { timeout: 300_000 });
    times.push(await page.evaluate(replayed));
  }
  await page.close();
  return times;
}

/// In the page: opens a link as if a file with it had been dropped.
function drop(link) {
  performance.clearMarks();
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([link], "some.link"));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.querySelector(".page").dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }
}

/// In the page: what the pieces took since then.
function replayed() {
  const all = (name) => performance.getEntriesByName(name).reduce((sum, { startTime }) => sum + startTime, 0);
  return all("replayed") - all("replay");
}

function sum(times) {
  return times.reduce((sum, time) => sum + time, 0);
}

function ms(millis) {
  return `${millis.toFixed(0)} ms`;
}

function row(...columns) {
  console.log(`  ${columns.map((column) => column.padStart(14)).join("")}`);
}
