// How the page is to work with: `cargo xtask bench --page` runs this after the loads. While a rollout plays on more and more nodes:
// frames a second, the longest task, the time of a scrub, the delay of a key, and what memory ten virtual minutes take.
//
// Its arguments are pairs: a number of nodes, and the links that `tests/bench/engine.rs` prints for them.
import { chromium } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";

/// Nodes, and the frames a second that are to be reached.
const FRAMES = { 100: 60, 1000: 60, 5000: 50 };
const SCRUB = 50;
const LONGEST_TASK = 100;
const SECONDS = 5;

const browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, "--enable-precise-memory-info"] });
try {
  row("nodes", "frames/s", "longest task", "scrub", "key", "memory");
  const words = process.argv.slice(2);
  for (let place = 0; place + 1 < words.length; place += 2) {
    const [, { link }] = JSON.parse(words[place + 1]);
    row(words[place], ...(await live(Number(words[place]), link)));
  }
} finally {
  await browser.close();
}

async function live(nodes, link) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(pageAddress() + link);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true", null, { timeout: 300_000 });
  await page.waitForFunction(() => document.querySelector("[data-testid=terminal] [aria-pressed]"), null, { timeout: 60_000 });
  const input = page.getByTestId("terminal-input");
  await input.fill("kubectl set image ds/agent *=example.com/agent:2");
  await input.press("Enter");
  const { frames, longest } = await page.evaluate(watch, SECONDS);
  const key = await delay(page, input);
  const scrub = await scrubs(page);
  await page.getByTestId("clock").getByLabel("Speed").selectOption("600×");
  const start = page.getByRole("button", { name: "Start the clock" });
  if (await start.isVisible()) await start.click();
  await page.waitForTimeout(4000);
  const memory = await page.evaluate(() => performance.memory.usedJSHeapSize);
  await page.close();
  return [
    judged(frames.toFixed(0), frames >= FRAMES[nodes] - 1, `at least ${FRAMES[nodes]}`),
    judged(`${longest.toFixed(0)} ms`, longest <= LONGEST_TASK, `at most ${LONGEST_TASK}`),
    judged(`${scrub.toFixed(0)} ms`, scrub <= SCRUB, `at most ${SCRUB}`),
    `${key.toFixed(0)} ms`,
    `${(memory / 1_048_576).toFixed(0)} MiB`,
  ];
}

/// In the page: frames a second and the longest task, in milliseconds, while seconds pass.
async function watch(seconds) {
  let longest = 0;
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (longest = Math.max(longest, duration))));
  observer.observe({ type: "longtask" });
  const began = performance.now();
  let frames = 0;
  while (performance.now() - began < 1000 * seconds) {
    await new Promise(requestAnimationFrame);
    frames++;
  }
  observer.disconnect();
  return { frames: (1000 * frames) / (performance.now() - began), longest };
}

/// Milliseconds from a key to the frame that shows it; the median.
async function delay(page, input) {
  await input.focus();
  await page.evaluate(() => {
    globalThis.delays = [];
    const shown = (event) => requestAnimationFrame(() => delays.push(performance.now() - event.timeStamp));
    document.querySelector("[data-testid=terminal-input]").addEventListener("input", shown);
  });
  await page.keyboard.type("kubectl get pods", { delay: 30 });
  return median(await page.evaluate(() => globalThis.delays));
}

/// Milliseconds that it takes to bring a moment into view and draw it; the median of some all over the past.
async function scrubs(page) {
  return median(
    await page.evaluate(async () => {
      const range = document.querySelector("[data-testid=timeline] input[type=range]");
      const times = [];
      for (const share of [0.9, 0.2, 0.7, 0.4, 0.95, 0.1, 0.6, 0.3, 0.8]) {
        range.value = String(Math.round(share * Number(range.max)));
        const began = performance.now();
        range.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - began);
      }
      return times;
    }),
  );
}

function median(times) {
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? NaN;
}

function judged(figure, reached, target) {
  return reached ? figure : `${figure} (${target})`;
}

function row(...columns) {
  console.log(`  ${columns.map((column) => String(column).padStart(22)).join("")}`);
}
