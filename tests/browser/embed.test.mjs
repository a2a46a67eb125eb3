// The playground inside of another page.
import { createServer } from "node:http";
import { expect, test } from "@playwright/test";
import { browserName, pageAddress } from "./browser.mjs";
import { entries, node, run } from "./hands.mjs";
import { open, ready, watch } from "./page.mjs";

/// Pages of somebody else.
let hosts;
test.beforeAll(async () => {
  hosts = createServer((request, response) => {
    const asked = new URL(request.url, "http://x").searchParams;
    response.setHeader("content-type", "text/html").end(`<!doctype html><title>Host</title><script>
      window.heard = []; addEventListener("message", (event) => heard.push({ ...event.data, from: event.origin }));
      window.say = (message) => document.querySelector("iframe").contentWindow.postMessage(message, "*");
    </script><iframe title="x" ${asked.get("attributes")} src="${(asked.get("src") ?? "").replaceAll("&", "&amp;")}"></iframe>`);
  });
  await new Promise((resolve) => hosts.listen(0, resolve));
});
test.afterAll(() => hosts.close());

/// A page of somebody else with the playground in it. It writes down what it hears, and can speak. It is of another site, unless
/// somebody uses mouse or keys in the frame: in Firefox they do not come through to another site's frame, which is another process.
async function host(page, query, { width = 600, height = 400, attributes = "", isUsed = false } = {}) {
  const asked = new URLSearchParams({ src: pageAddress() + query, attributes: `width="${width}" height="${height}" ${attributes}` });
  const name = isUsed && browserName === "firefox" ? "127.0.0.1" : "localhost";
  await page.goto(`http://${name}:${hosts.address().port}/?${asked}`);
  const frame = page.frameLocator("iframe[title=x]");
  await expect(frame.locator("html")).toHaveAttribute("data-ready", "true", { timeout: 15_000 });
  await heard(page, "ready");
  return frame;
}

/// Waits for an event, and returns the last of its kind.
async function heard(page, event, match = {}) {
  const find = () =>
    page.evaluate(
      ([event, match]) => window.heard.findLast((one) => one.event === event && Object.entries(match).every(([key, value]) => one[key] === value)),
      [event, match],
    );
  await expect.poll(find, { message: event, timeout: 15_000 }).toBeTruthy();
  return find();
}

let id = 0;
/// Says something and waits for the answer.
async function ask(page, message) {
  id += 1;
  await page.evaluate((message) => window.say(message), { playground: 1, id, ...message });
  let answer;
  await expect.poll(async () => (answer = await page.evaluate((id) => window.heard.find((one) => one.id === id), id)), { message: JSON.stringify(message).slice(0, 100) }).toBeTruthy();
  return answer;
}

const PARTS = ["lesson", "map", "editor", "terminal"];
for (const [query, shown, timeline] of [
  ["?embed", ["map", "terminal"], false],
  ["?embed=map", ["map"], false],
  ["?embed=terminal,timeline", ["terminal"], true],
  ["?embed=editor,%20map", ["editor", "map"], false],
  ["?embed=nonsense", ["map", "terminal"], false],
]) {
  for (const [width, height] of [[600, 400], [320, 300]]) {
    test(`${query} at ${width}×${height} shows just that`, async ({ page }) => {
      const frame = await host(page, query, { width, height });
      for (const part of PARTS) await expect(frame.locator(`.panel.${part}`), part).toBeVisible({ visible: shown.includes(part) });
      await expect(frame.getByTestId("timeline")).toBeVisible({ visible: timeline });
      await expect(frame.getByTestId("clock")).toBeVisible({ visible: timeline });
      await expect(frame.getByTestId("share")).toBeHidden();
      await expect(frame.locator(".room-bar")).toBeHidden();
      await expect(frame.getByRole("link", { name: "Open in the playground" })).toBeInViewport();
      const overflow = await frame.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight]);
      expect(overflow).toEqual([0, 0]);
    });
  }
}

test("in the frame of the embed code, no part is squeezed", async ({ page }) => {
  const frame = await host(page, "?embed=lesson,map,terminal&lesson=walk-through", { width: 800, height: 500 });
  const box = (part) => frame.locator(`.panel.${part}`).boundingBox();
  const [lesson, map, terminal] = [await box("lesson"), await box("map"), await box("terminal")];
  expect(map.width).toBeGreaterThan(380);
  expect(terminal.x).toBe(map.x);
  expect(terminal.y).toBeGreaterThanOrEqual(map.y + map.height);
  expect(lesson.height).toBeGreaterThan(map.height + terminal.height - 2);
  const add = await frame.getByRole("button", { name: "Add node" }).boundingBox();
  expect(add.x + add.width).toBeLessThanOrEqual(map.x + map.width);
});

test("of many parts, a small frame shows one at a time", async ({ page }) => {
  const frame = await host(page, "?embed=lesson,map,terminal&lesson=node-labels", { isUsed: true });
  const rooms = frame.getByRole("navigation", { name: "Parts of the page" });
  await expect(rooms.getByRole("button")).toHaveText(["Lesson", "Cluster", "Terminal"]);
  await expect(frame.locator(".panel.lesson")).toBeVisible();
  await expect(frame.locator(".panel.map")).toBeHidden();
  await rooms.getByRole("button", { name: "Cluster" }).click();
  await expect(frame.locator(".panel.map")).toBeVisible();
  await expect(frame.locator(".panel.lesson")).toBeHidden();
});

test("the page around it can do what a person can", async ({ page }) => {
  const frame = await host(page, "?embed=map,terminal,editor");
  expect(await ask(page, { do: "pause" })).toMatchObject({ event: "done" });
  await ask(page, { do: "write", file: "mine.yaml", text: "apiVersion: v1\nkind: Namespace\nmetadata: {name: mine}\n" });
  await ask(page, { do: "run", line: "kubectl apply -f mine.yaml" });
  await expect(frame.getByTestId("terminal-output")).toContainText("namespace/mine created");
  await heard(page, "changed");
  await ask(page, { do: "theme", theme: "dark" });
  await expect(frame.locator("html")).toHaveAttribute("data-theme", "dark");
  await ask(page, { do: "play", speed: 8 });
  await expect.poll(async () => (await ask(page, { do: "state" })).playing).toBe(true);
  const { link, commands, lesson } = await ask(page, { do: "state" });
  expect(commands).toBe(1);

  // The link holds the same, in a page of its own.
  const other = await page.context().newPage();
  await other.goto(link);
  await ready(other);
  await expect(entries(other)).toContainText(["kubectl apply -f mine.yaml"]);
  await other.close();

  await ask(page, { do: "open", lesson: "node-labels", step: 2 });
  await expect.poll(async () => (await ask(page, { do: "state" })).step).toBe(2);
  expect((await ask(page, { do: "state" })).lesson).not.toBe(lesson);
  await ask(page, { do: "open", link });
  await expect(frame.getByTestId("terminal-output")).toContainText("namespace/mine created");
});

test("it hears when a step is solved", async ({ page }) => {
  await host(page, "?embed=lesson,terminal&lesson=walk-through&step=3");
  await ask(page, { do: "run", line: "kubectl apply -f fluentd-daemonset.yaml" });
  await ask(page, { do: "settle" });
  await ask(page, { do: "run", line: "kubectl get daemonsets" });
  expect(await heard(page, "solved")).toMatchObject({ playground: 1, lesson: "walk-through" });
});

test("hostile messages are refused or ignored, and nothing breaks", async ({ page }) => {
  const frame = await host(page, "?embed=terminal");
  const before = await page.evaluate(() => window.heard.length);
  await page.evaluate(() => {
    for (const message of [null, 1, "run", [], {}, { do: "run", line: "ls" }, { playground: 2, do: "run", line: "ls" }, { playground: "1", do: "state" }]) window.say(message);
  });
  expect(await page.evaluate(() => window.heard.length)).toBe(before);
  const refused = [
    { do: "no such thing" },
    { do: "constructor" },
    { do: "__proto__" },
    {},
    { do: "run" },
    { do: "run", line: 5 },
    { do: "run", line: { toString: 1 } },
    { do: "run", line: "x".repeat(20_000) },
    { do: "write", file: "a", text: "x".repeat(300_000) },
    { do: "write", file: "x".repeat(2000), text: "" },
    { do: "open", link: "x".repeat(2_000_000) },
  ];
  for (const message of refused) expect(await ask(page, message), JSON.stringify(message).slice(0, 60)).toMatchObject({ event: "error" });
  await ask(page, { do: "open", link: "javascript:alert(1)" });
  await ask(page, { do: "open", lesson: "../../etc/passwd" });
  await ask(page, { do: "play", speed: Infinity });
  await ask(page, { do: "play", speed: -1 });
  await ask(page, { do: "run", line: "echo '<img src=x onerror=alert(1)>'" });
  await expect(frame.getByTestId("terminal-output")).toContainText("<img src=x onerror=alert(1)>");
  await expect(frame.locator("img")).toHaveCount(0);
  // More than anybody types is not taken.
  const from = await page.evaluate(() => {
    const from = window.heard.length;
    window.say({ playground: 1, do: "run", line: "sleep 1000" });
    for (let i = 0; i < 300; i++) window.say({ playground: 1, do: "run", line: "true" });
    return from;
  });
  const tooMany = () => page.evaluate((from) => window.heard.slice(from).filter(({ event }) => event === "error").length, from);
  await expect.poll(tooMany, { timeout: 40_000 }).toBeGreaterThan(0);
  await expect(frame.locator("html")).toHaveAttribute("data-ready", "true");
});

test("others than the page around it are not heard, and hear nothing", async ({ page }) => {
  const frame = await host(page, "?embed=terminal");
  // A frame beside it.
  await page.evaluate(() => {
    const other = document.createElement("iframe");
    document.body.append(other);
    other.contentWindow.eval(`parent.frames[0].postMessage({ playground: 1, do: "run", line: "echo from-beside" }, "*");
      window.heard = []; addEventListener("message", (event) => heard.push(event.data));`);
  });
  await ask(page, { do: "run", line: "echo from-host" });
  await expect(frame.getByTestId("terminal-output")).toContainText("from-host");
  await expect(frame.getByTestId("terminal-output")).not.toContainText("from-beside");
  expect(await page.evaluate(() => document.querySelectorAll("iframe")[1].contentWindow.heard)).toEqual([]);
});

test("before it has said something, the page around it hears nothing but that it is ready", async ({ page }) => {
  const frame = await host(page, "?embed=terminal", { isUsed: true });
  await frame.getByTestId("terminal-input").fill("kubectl create namespace quiet");
  await frame.getByTestId("terminal-input").press("Enter");
  await expect(frame.getByTestId("terminal-output")).toContainText("created");
  await page.waitForTimeout(800);
  expect((await page.evaluate(() => window.heard)).map(({ event }) => event)).toEqual(["ready"]);
});

test("it sees and touches nothing of the person's own work, also in a sandbox", async ({ page }) => {
  await page.goto(pageAddress());
  await ready(page);
  await run(page, "kubectl create namespace own");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("playground.v1.work"))).toBeTruthy();
  await page.goto(pageAddress() + "?embed");
  await ready(page);
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  await expect(entries(page)).toHaveCount(0);
  await run(page, "kubectl create namespace other");
  await page.waitForTimeout(1200);
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toBe(kept);
  await page.goto(pageAddress());
  await ready(page);
  await expect(entries(page)).toContainText(["namespace own"]);

  const frame = await host(page, "?embed", { attributes: 'sandbox="allow-scripts allow-same-origin"' });
  await ask(page, { do: "run", line: "kubectl create namespace sandboxed" });
  await expect(frame.getByTestId("terminal-output")).toContainText("created");
});

test.describe("plain parameters", () => {
  test("nodes, a file and commands, beside the own work", async ({ page }) => {
    const complaints = watch(page.context());
    await open(page, "");
    await run(page, "kubectl create namespace own");
    await expect.poll(() => page.evaluate(() => localStorage.getItem("playground.v1.work"))).toBeTruthy();
    const manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: linked\n";
    const query = new URLSearchParams({ nodes: "edge:2;zone=a,big:1", yaml: manifest, run: "kubectl apply -f manifest.yaml\nkubectl get ns", theme: "dark", other: "ignored" });
    await open(page, `?${query}`);
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    for (const name of ["control-plane", "edge-1", "edge-2", "big-1"]) await expect(node(page, name)).toBeVisible();
    await expect(entries(page)).toHaveCount(2);
    await expect(entries(page).first()).toContainText("namespace/linked created");
    await expect(page.getByRole("tab", { name: "manifest.yaml" })).toHaveAttribute("aria-selected", "true");
    // Whoever goes back finds the own work; the address is the plain one then.
    await page.getByTestId("banner").getByRole("button", { name: "Back to mine" }).click();
    await expect(entries(page)).toContainText(["namespace own"]);
    expect(new URL(page.url()).search).not.toContain("run");
    await expect(page.locator("html")).not.toHaveAttribute("data-theme", "dark");
    expect(complaints).toEqual([]);
  });

  test("whoever goes on with it keeps it, and the own work waits", async ({ page }) => {
    await open(page, "");
    await run(page, "kubectl create namespace own");
    await expect.poll(() => page.evaluate(() => localStorage.getItem("playground.v1.work"))).toBeTruthy();
    await open(page, "?nodes=1&run=kubectl%20get%20nodes");
    await expect(entries(page)).toHaveCount(1);
    await run(page, "kubectl create namespace more");
    await page.waitForTimeout(1200);
    expect(new URL(page.url()).search).toBe("");
    await page.reload();
    await ready(page);
    await expect(entries(page)).toContainText(["get nodes", "namespace more"]);
    expect(await page.evaluate(() => localStorage.getItem("playground.v1.mine"))).toBeTruthy();
  });

  test("with a lesson and a step", async ({ page }) => {
    await open(page, "?lesson=walk-through&step=2&nodes=1&run=kubectl%20get%20nodes");
    await expect(page.locator(".lesson-step")).toContainText("Step 2 of");
    await expect(node(page, "worker-1")).toBeVisible();
    await expect(node(page, "worker-2")).toHaveCount(0);
    await expect(entries(page)).toHaveCount(1);
  });

  test("what is too much or cannot be read says so", async ({ page }) => {
    await open(page, "?nodes=100000000000");
    await expect(page.getByTestId("banner")).toContainText("more nodes than the playground takes");
    await open(page, "?nodes=many&run=ls");
    await expect(page.getByTestId("banner")).toContainText('"nodes" cannot be read');
    await expect(entries(page)).toHaveCount(0);
  });
});
