// How long the page takes to load: `cargo xtask bench --page`. The cache is empty each time; the median of several loads.
import { chromium } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";

const LOADS = 5;
const MEGABIT = 1_000_000 / 8;

const CONDITIONS = [
  { name: "this machine", cpu: 1, network: null },
  {
    name: "CPU ÷4, 1.6 Mbit/s, 150 ms",
    cpu: 4,
    network: { offline: false, latency: 150, downloadThroughput: 1.6 * MEGABIT, uploadThroughput: 0.75 * MEGABIT },
  },
];

const browser = await chromium.launch(launchOptions);
try {
  row("", "first paint", "usable", "bytes");
  for (const { name, cpu, network } of CONDITIONS) {
    const loads = [];
    for (let index = 0; index < LOADS; index++) loads.push(await load(cpu, network));
    row(name, `${median(loads, "paint")} ms`, `${median(loads, "usable")} ms`, median(loads, "bytes"));
  }
} finally {
  await browser.close();
}

/// One visit by a newcomer: milliseconds to the first paint and to the moment the page is usable, bytes up to then.
async function load(cpu, network) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  if (network) await devtools.send("Network.emulateNetworkConditions", network);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  let bytes = 0;
  devtools.on("Network.dataReceived", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(pageAddress(), { waitUntil: "commit" });
  const state = await page.waitForFunction(() => document.documentElement.dataset.ready, null, { timeout: 60_000 });
  const ready = await state.jsonValue();
  if (ready !== "true") throw new Error(`the page did not start: data-ready is "${ready}"`);
  const bytesWhenUsable = bytes;
  const times = await page.evaluate(async () => {
    const first = (type, name) => performance.getEntriesByType(type).find((entry) => entry.name === name)?.startTime;
    const usable = first("mark", "usable");
    // The paint may be reported a moment later.
    while (first("paint", "first-contentful-paint") === undefined) await new Promise(requestAnimationFrame);
    return { paint: first("paint", "first-contentful-paint"), usable };
  });
  await context.close();
  if (times.usable === undefined) throw new Error('the app sets data-ready without performance.mark("usable")');
  return { ...times, bytes: bytesWhenUsable };
}

function median(loads, key) {
  const sorted = loads.map((load) => load[key]).sort((one, other) => one - other);
  return Math.round(sorted[Math.floor(sorted.length / 2)]);
}

function row(name, ...columns) {
  console.log(`  ${name.padEnd(28)}${columns.map((column) => String(column).padStart(14)).join("")}`);
}
