// Every view at three sizes in both themes, to be looked at: `cargo xtask screenshot` puts them into tests/screenshots, small.
import { mkdirSync } from "node:fs";
import { chromium } from "@playwright/test";
import { launchOptions, pageAddress } from "./browser.mjs";
import { run, running, settle } from "./hands.mjs";

const FOLDER = "../screenshots";
const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];

const PHONE = 760;

const withPods = async (page) => {
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await settle(page);
  await running(page, 3);
};

/// Types into the palette, and then Enter unless it is to stay open.
const find = async (page, words, stays = false) => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(words);
  if (!stays) await page.keyboard.press("Enter");
};

/// What is done before the picture is taken, and the room that a phone shows then; wider pages show all rooms at once.
const VIEWS = {
  lesson: { room: "Lesson", prepare: withPods },
  editor: { room: "Editor", onlyPhone: true, prepare: withPods },
  terminal: { room: "Terminal", onlyPhone: true, prepare: withPods },
  past: {
    room: "Cluster",
    async prepare(page) {
      await withPods(page);
      for (let steps = 0; steps < 4; steps++) await page.getByRole("button", { name: "Event before" }).click();
    },
  },
  why: {
    room: "Cluster",
    async prepare(page) {
      await withPods(page);
      await find(page, "why fluentd control-plane");
    },
  },
  made: {
    room: "Cluster",
    async prepare(page) {
      await withPods(page);
      const cluster = page.locator(".room-bar .room-button").nth(1);
      if (await cluster.isVisible()) await cluster.click();
      await page.getByTestId("pod").first().getByRole("button").click();
      await page.getByRole("button", { name: "What was made of the template" }).click();
    },
  },
  course: { room: "Lesson", prepare: (page) => find(page, "the course") },
  palette: { room: "Lesson", prepare: (page) => find(page, "worker", true) },
  arabic: { room: "Cluster", query: "&lang=ar", prepare: withPods },
  german: { room: "Terminal", query: "&lang=de", prepare: withPods },
};

mkdirSync(FOLDER, { recursive: true });
const wanted = process.argv.slice(2);
const browser = await chromium.launch(launchOptions);
const complaints = [];
try {
  for (const [name, view] of Object.entries(VIEWS).filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
    for (const [width, height] of SIZES.filter(([width]) => !view.onlyPhone || width < PHONE)) {
      for (const colorScheme of ["light", "dark"]) await take(name, view, { width, height }, colorScheme);
    }
    console.log(`  ${name}`);
  }
} finally {
  await browser.close();
}
if (complaints.length > 0) throw new Error(complaints.join("\n"));

async function take(name, { room, query = "", prepare }, viewport, colorScheme) {
  const phone = viewport.width < PHONE;
  const context = await browser.newContext({ viewport, colorScheme, hasTouch: phone, isMobile: phone, reducedMotion: "reduce", deviceScaleFactor: 1 });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${name}: ${error}`));
  page.setDefaultTimeout(60_000);
  await page.goto(`${pageAddress()}?lesson=walk-through${query}`);
  await page.locator('html[data-ready="true"]').waitFor();
  await page.locator(".cm-content").waitFor({ state: "attached" });
  const rooms = page.locator(".room-bar .room-button");
  const show = (index) => (phone ? rooms.nth(index).click() : undefined);
  await show(3);
  if (query === "") await prepare(page);
  const isOpen = (await page.locator("dialog[open]").count()) > 0;
  if (!isOpen) await show(["Lesson", "Cluster", "Editor", "Terminal"].indexOf(room));
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${FOLDER}/${name}-${viewport.width}-${colorScheme}.jpg`, type: "jpeg", quality: 45 });
  await context.close();
}
