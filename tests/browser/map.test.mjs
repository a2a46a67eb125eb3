// The map: cells for thousands of nodes, groups and filters, the table with the same content, movement.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { clock, entries, node, run, running, settle, speed, type } from "./hands.mjs";
import { compiled, native } from "./native.mjs";
import { expect, open, ready, test } from "./page.mjs";

const links = new Map();

test.beforeAll(() => compiled());

/// A link to a DaemonSet that runs in three zones of `each` nodes, and not on the control plane.
function zones(each) {
  if (!links.has(each)) {
    const group = (zone) => `- {group: ${zone}, count: ${each}, labels: {topology.kubernetes.io/zone: zone-${zone}, disk: ${zone === "a" ? "ssd" : "hdd"}}}`;
    const file = join(tmpdir(), `map-${process.pid}-${each}.yaml`);
    writeFileSync(
      file,
      `version: 1
nodes:
- {name: control-plane, labels: {node-role.kubernetes.io/control-plane: ""}, taints: ["node-role.kubernetes.io/control-plane:NoSchedule"]}
${["a", "b", "c"].map(group).join("\n")}
files:
  ds.yaml: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      selector: {matchLabels: {app: agent}}
      updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}
      template:
        metadata: {labels: {app: agent}}
        spec: {containers: [{name: c, image: 'agent:1'}]}
steps:
- run: kubectl apply -f ds.yaml
- wait: settled
- run: kubectl cordon b-3
- run: kubectl taint node c-9 gpu=yes:NoSchedule
`,
    );
    links.set(each, native("link", file).trim());
  }
  return links.get(each);
}

async function openZones(page, each) {
  await open(page, zones(each));
  const rooms = page.getByRole("navigation", { name: "Parts of the page" });
  if (await rooms.isVisible()) await rooms.getByRole("button", { name: "Cluster" }).click();
  await expect(mode(page, "Cells")).toHaveAttribute("aria-pressed", "true");
  await clock(page, "Pause the clock").click();
}

const mode = (page, name) => page.getByTestId("map").getByRole("button", { name, exact: true });
const cells = (page) => page.getByTestId("cells");
const table = (page) => page.getByTestId("map-table");
const legend = (page) => page.locator(".legend li");
const bar = (page) => page.getByRole("button", { name: "Group and filter" });
const cards = (page) => page.locator(".nodes > [data-testid=node]");
const said = (page) => cells(page).locator("[aria-live]");

const axe = async (page, where) => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((one) => one.html).join(" ")}`)).toEqual([]);
};

test("thousands of nodes are cells, and the same is in a table", async ({ page }) => {
  // Five thousand nodes take a moment to be played natively, by a program that nobody has optimised.
  test.setTimeout(300_000);
  await openZones(page, 1666);
  await expect(cells(page).locator("canvas")).toBeVisible();
  await expect(page.getByTestId("map").locator(".panel-note")).toHaveText("4999 nodes, 4998 pods");
  await expect(legend(page).filter({ hasText: "Ready, r1" })).toContainText("4997");
  await expect(legend(page).filter({ hasText: "Misscheduled" })).toContainText("1");
  await expect(legend(page).filter({ hasText: "No pod wanted" })).toContainText("1");
  await expect(legend(page).filter({ hasText: "Cordoned" })).toContainText("1");
  await expect(table(page).getByRole("table")).toHaveAttribute("aria-rowcount", "5000");
  await expect(table(page).locator("tbody tr")).toHaveCount(50);
  await expect(cards(page)).toHaveCount(0);

  // A rollout, and the way back: each frame's work stays small.
  await type(page, "kubectl set image ds/agent c=agent:2");
  await speed(page, "10×");
  await expect(legend(page).filter({ hasText: "Ready, r2" })).toContainText(/[1-9]/, { timeout: 30_000 });
  const took = await page.evaluate(async () => {
    const cells = document.querySelector("[data-testid=cells]");
    const all = [];
    for (let frame = 0; frame < 40; frame++) {
      await new Promise(requestAnimationFrame);
      all.push(cells.took);
    }
    return all.sort((one, other) => one - other)[20];
  });
  console.log(`  drawing 4999 cells: ${took.toFixed(1)} ms in the median`);
  expect(took).toBeLessThan(25);
  await page.getByRole("slider", { name: "Moment that is shown" }).press("Home");
  await expect(legend(page).filter({ hasText: /^Ready, r2/ })).toHaveClass(/is-gone/);
});

test("groups say how many of them are ready; the filter selects by labels, and says what is wrong with it", async ({ page }) => {
  await openZones(page, 40);
  await bar(page).click();
  await page.getByLabel("Group by").selectOption("Zone");
  await expect(page.locator(".cells-head")).toHaveText([
    "zone-a 40 of 40 ready",
    "zone-b 40 of 40 ready",
    "zone-c 39 of 40 ready",
    "no zone 0 of 0 ready",
  ]);
  await page.getByLabel("Group by").selectOption("State");
  await expect(page.locator(".cells-head")).toHaveText(["Misscheduled 1", "Ready 119", "No pod wanted 1"]);
  await mode(page, "Cards").click();
  // The last one comes with the last card.
  await expect(page.locator(".group-head")).toHaveText(["Misscheduled1", "Ready119"]);

  const filter = page.getByTestId("map-filter");
  const note = page.locator("#map-filter-note");
  await filter.fill("disk=ssd");
  await expect(cards(page)).toHaveCount(40);
  await expect(note).toHaveText("40 of 121 nodes");
  await filter.fill("disk in (ssd,");
  await expect(filter).toHaveAttribute("aria-invalid", "true");
  const words = await note.textContent();
  // What is not a selector hides nothing. kubectl says the same of it.
  await expect(cards(page)).toHaveCount(120);
  await run(page, "kubectl get nodes -l 'disk in (ssd,'");
  await expect(entries(page).last()).toContainText(words);
  await filter.fill("disk=tape");
  await expect(page.getByTestId("map")).toContainText("No node has such labels.");
  // What is put away hides nothing.
  await bar(page).click();
  await expect(note).toHaveCount(0);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(cards(page)).toHaveCount(121);
  await expect(page.locator(".group-head")).toHaveCount(3);
});

test("the keyboard goes from cell to cell, opens a node and comes back", async ({ page }) => {
  await openZones(page, 40);
  await cells(page).focus();
  await page.keyboard.press("Home");
  await expect(said(page)).toContainText("control-plane, Ready, no agent");
  await page.keyboard.press("ArrowRight");
  await expect(said(page)).toContainText(/^a-1, Ready, agent-\w+: Running, r1/);
  await expect(page.locator(".cells-tip")).toContainText("topology.kubernetes.io/zone=zone-a");
  await page.keyboard.press("ArrowDown");
  const below = await said(page).textContent();
  expect(below).toMatch(/^[abc]-\d+, /);
  await page.keyboard.press("ArrowUp");
  await expect(said(page)).toContainText("a-1, ");
  await page.keyboard.press("End");
  await expect(said(page)).toContainText("c-40, ");

  const size = () => page.locator(".cells-ring").evaluate((ring) => ring.offsetWidth);
  const before = await size();
  await page.keyboard.press("+");
  expect(await size()).toBeGreaterThan(before);
  await page.keyboard.press("-");
  await page.keyboard.press("-");
  expect(await size()).toBeLessThan(before + 1);
  await page.keyboard.press("0");

  await page.keyboard.press("Enter");
  const card = page.locator(".open-node");
  await expect(card).toBeFocused();
  await expect(node(page, "c-40")).toContainText("Running");
  await page.getByRole("button", { name: "Actions for c-40" }).click();
  await node(page, "c-40").locator(".menu-item", { hasText: "Cordon" }).click();
  await expect(node(page, "c-40")).toContainText("SchedulingDisabled");
  await expect(legend(page).filter({ hasText: "Cordoned" })).toContainText("2");
  await page.keyboard.press("Escape");
  await expect(card).toHaveCount(0);
  await expect(cells(page)).toBeFocused();
});

test("an empty place tells why there is no pod", async ({ page }) => {
  await open(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await settle(page);
  await running(page, 3);
  await node(page, "control-plane").getByRole("button", { name: "no fluentd" }).click();
  const why = page.getByTestId("why");
  await expect(why.getByRole("heading", { name: "Why? control-plane, ds/fluentd" })).toBeVisible();
  await page.keyboard.press("Escape");

  await mode(page, "Cells").click();
  await cells(page).click({ position: { x: 8, y: 8 } });
  await expect(why.locator(".check.is-failed")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(node(page, "control-plane")).toBeVisible();
});

test("the table is what kubectl says, and can be sorted", async ({ page }) => {
  await openZones(page, 20);
  await mode(page, "Table").click();
  await run(page, "kubectl get nodes");
  const printed = (await entries(page).last().locator(".out").textContent()).trim().split("\n").slice(1);
  // The pods stand in the third column; the others are those of kubectl.
  const rows = () =>
    table(page).locator("tbody tr").evaluateAll((all) => all.map((row) => [0, 1, 3, 4, 5].map((at) => row.children[at].textContent).join(" ")));
  const wanted = printed.map((line) => line.trim().split(/\s+/).join(" "));
  const first = await rows();
  await page.getByRole("button", { name: "Next rows" }).click();
  await expect(page.locator(".map-pages")).toContainText("Rows 51 to 61 of 61");
  await expect(table(page).locator("tbody tr").first()).toHaveAttribute("aria-rowindex", "52");
  const all = [...first, ...(await rows())];
  expect([...all].sort()).toEqual([...wanted].sort());
  await expect(table(page).locator("tbody tr").last()).toContainText("Running r1");

  const status = table(page).getByRole("columnheader", { name: "Status" });
  await status.getByRole("button").click();
  await expect(status).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("button", { name: "Rows before" }).click();
  await expect(table(page).locator("tbody tr").first()).toContainText("b-3Ready,SchedulingDisabled");
  await status.getByRole("button").click();
  await expect(status).toHaveAttribute("aria-sort", "descending");
});

test("what was chosen is remembered", async ({ page }) => {
  await open(page);
  await mode(page, "Table").click();
  await bar(page).click();
  await page.getByLabel("Group by").selectOption("State");
  await page.reload();
  await ready(page);
  await expect(mode(page, "Table")).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByLabel("Group by")).toHaveValue("state");
  // Of many nodes nothing was said.
  await openZones(page, 40);
  await page.getByRole("button", { name: "Legend" }).click();
  await expect(legend(page)).toHaveCount(0);
  await page.reload();
  await ready(page);
  await expect(page.getByRole("button", { name: "Legend" })).toHaveAttribute("aria-expanded", "false");
});

test("the controls come without anything jumping", async ({ page }) => {
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route("**/map-*.js", async (route) => {
    await held;
    await route.continue();
  });
  await open(page);
  const places = () =>
    page.evaluate(() =>
      [".map-scroll", ".map .panel-head > .button:last-child", ".node"].map((one) => {
        const { x, y, right, height } = document.querySelector(one).getBoundingClientRect();
        return [one, Math.round(one === ".map-scroll" ? x : right), y, height];
      }),
    );
  await page.waitForFunction(() => globalThis.playgroundWhole?.().then(() => true));
  const before = await places();
  go();
  await expect(mode(page, "Cells")).toBeVisible();
  expect(await places()).toEqual(before);
});

for (const [reducedMotion, what] of [["no-preference", "pods that go shrink away"], ["reduce", "with less motion nothing moves"]]) {
  test.describe(() => {
    test.use({ contextOptions: { reducedMotion } });
    test(what, async ({ page }) => {
      await page.addInitScript(() => {
        window.ghosts = 0;
        new MutationObserver((records) => {
          for (const { addedNodes } of records) for (const one of addedNodes) window.ghosts += one.className === "ghost-card";
        }).observe(document, { childList: true, subtree: true });
      });
      await open(page);
      await run(page, "kubectl apply -f fluentd-daemonset.yaml");
      await settle(page);
      await running(page, 3);
      await run(page, "kubectl delete ds fluentd");
      await settle(page);
      await expect(page.getByTestId("pod")).toHaveCount(0);
      const ghosts = await page.evaluate(() => window.ghosts);
      if (reducedMotion === "reduce") expect(ghosts).toBe(0);
      else expect(ghosts).toBeGreaterThan(0);
      await expect(page.locator(".ghost-card")).toHaveCount(0);
    });
  });
}

for (const colorScheme of ["light", "dark"]) {
  for (const [width, height] of [[1280, 720], [390, 844]]) {
    test.describe(() => {
      test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });
      test(`nothing in the way of anybody: ${colorScheme}, ${width}×${height}`, async ({ page }) => {
        // Four times axe over a hundred cards.
        test.setTimeout(180_000);
        await page.setViewportSize({ width, height });
        await openZones(page, 40);
        await bar(page).click();
        await page.getByLabel("Group by").selectOption("Zone");
        await expect(page.locator(".cells-head")).toHaveCount(4);
        await axe(page, "cells");
        await cells(page).focus();
        await page.keyboard.press("Home");
        await page.keyboard.press("Enter");
        await expect(page.locator(".open-node")).toBeVisible();
        await axe(page, "a node");
        await mode(page, "Table").click();
        await axe(page, "table");
        await mode(page, "Cards").click();
        await page.getByTestId("map-filter").fill("a in (");
        await axe(page, "cards");
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
      });
    });
  }
}
