// What the browser keeps: found again in every form it ever had, never lost, and never in the way. Complaints are expected here.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { pageAddress } from "./browser.mjs";
import { clock, entries, run } from "./hands.mjs";
import { open, ready } from "./page.mjs";

const WORK = "playground.v1.work";
const banner = (page) => page.getByTestId("banner");
const stored = (page, key = WORK) => page.evaluate((key) => localStorage.getItem(key), key);

/// Puts values where the page keeps its own, once, before it begins.
async function keep(page, values) {
  await page.goto(pageAddress() + "icon-none");
  await page.evaluate((values) => Object.entries(values).forEach(([key, value]) => localStorage.setItem(key, value)), values);
}

/// Fills what room there is for the page, to the last letter.
async function fill(page) {
  await page.evaluate(() => {
    for (let size = 1 << 23; size >= 1; size >>= 1) {
      try {
        for (let i = 0; ; i++) localStorage.setItem(`filler.${size}.${i}`, "x".repeat(size));
      } catch {}
    }
  });
}

test("what the first version has kept is found again", async ({ page }) => {
  await keep(page, JSON.parse(readFileSync("../saved/1.json", "utf8")));
  await open(page, "");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(page.locator("#lesson-title")).toHaveText("Dropped step");
  await expect(entries(page)).toContainText(["kubectl create namespace mine"]);
  await expect(banner(page)).toHaveCount(0);
  await open(page, "?lesson=walk-through");
  await expect(entries(page)).toContainText(["kubectl apply -f fluentd-daemonset.yaml", "kubectl get daemonsets"]);
});

const UNREADABLE = [
  ["of another program", '{"other":"program"}', "damaged, or not the playground's"],
  ["cut off", JSON.parse(readFileSync("../saved/1.json", "utf8"))[WORK].slice(0, 200), "damaged, or not the playground's"],
  ["of a newer version", "#2abcdefe", "newer version"],
];
for (const [what, text, words] of UNREADABLE) {
  test(`what is ${what} is set aside, not deleted`, async ({ page }) => {
    await keep(page, { [WORK]: text, "playground.v1.course": text, "playground.v1.opened": text, [`${WORK}.lesson.walk-through`]: text });
    await open(page, "");
    await expect(banner(page)).toContainText(words);
    await expect(banner(page)).toContainText("not deleted");
    await run(page, "kubectl create namespace after");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect.poll(() => stored(page)).toMatch(/^#1/);
    await open(page, "?lesson=walk-through");
    await expect(entries(page)).toHaveCount(0);
    await open(page, "?lesson=one-pod-a-node");
    await expect(entries(page)).toContainText(["kubectl create namespace after"]);
    await expect(banner(page)).toHaveCount(0);
    const aside = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("playground.v1.set-aside.")).map((key) => localStorage[key]));
    expect(aside).toEqual([text, text, text, text]);
  });
}

test("where there is no room to set it aside, nothing is written over it", async ({ page }) => {
  const text = "not the playground's".repeat(50);
  await keep(page, { [WORK]: text });
  await fill(page);
  await open(page, "");
  await expect(banner(page).first()).toContainText("It stays where it is");
  await run(page, "kubectl create namespace after");
  await page.reload();
  await ready(page);
  expect(await stored(page)).toBe(text);
});

test("full storage is said once, and the work goes on", async ({ page }) => {
  await open(page, "");
  await run(page, "kubectl create namespace before");
  await expect.poll(() => stored(page)).toBeTruthy();
  const before = await stored(page);
  await fill(page);
  for (let i = 0; i < 3; i++) await run(page, `kubectl create namespace much-longer-than-before-${i}`);
  await expect(banner(page)).toContainText("storage for this page is full");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await run(page, "kubectl get namespaces");
  await page.waitForTimeout(1200);
  await expect(banner(page)).toHaveCount(0);
  expect(await stored(page)).toBe(before);
  await page.getByTestId("share").click();
  await expect(page.getByTestId("share-url")).toHaveValue(/#1/);
});

test("blocked storage is said once, and the work goes on", async ({ page }) => {
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
    }
  });
  await open(page, "");
  await run(page, "kubectl create namespace one");
  await expect(banner(page)).toContainText("lets the page keep nothing");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await run(page, "kubectl get namespaces");
  await page.waitForTimeout(1200);
  await expect(banner(page)).toHaveCount(0);
});

test("a browser that cannot run the page says which one can", async ({ page }) => {
  await page.addInitScript(() => delete window.WebAssembly);
  await page.goto(pageAddress());
  await expect(page.getByRole("status")).toContainText("A current Firefox, Chrome, Edge or Safari can");
});

const MISSING = {
  "windows over the page": () => delete HTMLDialogElement.prototype.showModal,
  "the clipboard": () => delete Navigator.prototype.clipboard,
  "watching sizes": () => delete window.ResizeObserver,
  locks: () => delete Navigator.prototype.locks,
  "service workers": () => delete Navigator.prototype.serviceWorker,
  "style sheets from scripts": () => delete window.CSSStyleSheet,
};
const TOLD = ["windows over the page", "watching sizes", "style sheets from scripts"];
for (const [what, forget] of Object.entries(MISSING)) {
  test(`a browser without ${what} still shows a working page`, async ({ page }) => {
    await page.addInitScript(forget);
    await open(page, "");
    await run(page, "kubectl describe node worker-1");
    await expect(entries(page).last()).toContainText("Kubelet Version:");
    await page.getByTestId("share").click();
    await expect(page.getByTestId("share-url")).toBeVisible();
    if (TOLD.includes(what)) await expect(banner(page)).toContainText("A current Firefox, Chrome, Edge or Safari shows all of it");
    else await expect(banner(page)).toHaveCount(0);
  });
}

test.describe("two tabs", () => {
  test("keep their work apart, until one takes it over", async ({ context }) => {
    const one = await context.newPage();
    await open(one, "");
    await run(one, "kubectl create namespace first");
    await expect.poll(() => stored(one)).toBeTruthy();
    const two = await context.newPage();
    await open(two, "");
    await expect(banner(two)).toContainText("open in another tab");
    await expect(entries(two)).toContainText(["kubectl create namespace first"]);
    await run(two, "kubectl create namespace second");
    await run(one, "kubectl create namespace third");
    await two.waitForTimeout(1200);

    await one.reload();
    await ready(one);
    await expect(entries(one)).toContainText(["namespace first", "namespace third"]);
    await expect(banner(one)).toHaveCount(0);
    await two.reload();
    await ready(two);
    await expect(entries(two)).toContainText(["namespace first", "namespace second"]);
    await expect(banner(two)).toContainText("kept apart from your other work");

    await two.getByRole("button", { name: "Go on here" }).click();
    await expect(banner(one)).toContainText("goes on in another tab");
    await ready(two);
    await expect(banner(two)).toHaveCount(0);
    await expect(entries(two)).toContainText(["namespace first", "namespace second"]);
    await run(one, "kubectl create namespace late");
    await one.waitForTimeout(1200);
    await two.reload();
    await ready(two);
    await expect(entries(two)).toHaveCount(2);
    // What the other had waits.
    await two.getByRole("button", { name: /^Lesson: / }).click();
    await two.getByRole("button", { name: /^Back to “/ }).click();
    await expect(entries(two)).toContainText(["namespace first", "namespace third"]);
  });

  test("without anything done here, what the other kept last goes on here", async ({ context }) => {
    const one = await context.newPage();
    await open(one, "");
    const two = await context.newPage();
    await open(two, "");
    await expect(banner(two)).toContainText("open in another tab");
    await run(one, "kubectl create namespace first");
    await expect.poll(() => stored(one)).toBeTruthy();
    await two.getByRole("button", { name: "Go on here" }).click();
    await expect(entries(two)).toContainText(["namespace first"]);
    await expect(banner(two)).toHaveCount(0);
  });

  test("a page that is loaded anew is no second one", async ({ page }) => {
    await open(page, "");
    await run(page, "kubectl create namespace first");
    for (let i = 0; i < 5; i++) {
      await page.reload();
      await ready(page);
      await page.evaluate(() => globalThis.playgroundWhole());
    }
    await page.waitForTimeout(800);
    await expect(banner(page)).toHaveCount(0);
    await expect(entries(page)).toContainText(["namespace first"]);
  });

  test("without locks, who sees the other save stops", async ({ context }) => {
    await context.addInitScript(() => delete Navigator.prototype.locks);
    const one = await context.newPage();
    await open(one, "");
    const two = await context.newPage();
    await open(two, "");
    await two.evaluate(() => globalThis.playgroundWhole());
    await run(one, "kubectl create namespace first");
    await expect(banner(two)).toContainText("goes on in another tab");
    await run(two, "kubectl create namespace second");
    await two.waitForTimeout(1200);
    await one.reload();
    await ready(one);
    await expect(entries(one)).toContainText(["namespace first"]);
    await expect(clock(one, "Pause the clock")).toBeVisible();
  });
});
