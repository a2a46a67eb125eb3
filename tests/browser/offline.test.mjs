// After one visit the page works without a network, and a newer version comes when it is wanted.
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { browserName } from "./browser.mjs";
import { entries, run, running, settle } from "./hands.mjs";
import { expect, ready, test as base } from "./page.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };
const SITE = process.env.SITE ?? "../../dist";

/// The page on a host of its own, whose files can be changed and which can be switched off.
const test = base.extend({
  context: async ({ browser }, use) => {
    const context = await browser.newContext({ serviceWorkers: "allow" });
    await use(context);
    await context.close();
  },
  host: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "playground-"));
    cpSync(SITE, folder, { recursive: true });
    const host = await serve(folder);
    await use(host);
    host.close();
    rmSync(folder, { recursive: true });
  },
});

test("one visit is enough: everything is there without a network", async ({ page, host }) => {
  await page.goto(host.address);
  await ready(page);
  await kept(page);
  host.off();
  await page.reload();
  await ready(page);
  await run(page, "kubectl apply -f disk-watch.yaml");
  await settle(page);
  await running(page, 3);
  await expect(page.locator(".cm-content")).toContainText("kind: DaemonSet");
  await page.goto(host.address + "?lesson=node-labels");
  await ready(page);
  await expect(page.locator("#lesson-title")).toBeVisible();
  await run(page, "kubectl describe node worker-1");
  await expect(entries(page).last()).toContainText("Kubelet Version:");
});

test("the page can be installed", async ({ page, host }) => {
  await page.goto(host.address);
  await ready(page);
  await kept(page);
  if (browserName === "chromium") {
    // What a browser says of it, if one asks; Firefox has no such question.
    const session = await page.context().newCDPSession(page);
    const { errors } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // A test's window is a private one.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
  }
  const url = await page.locator("link[rel=manifest]").evaluate((link) => link.href);
  const manifest = await page.evaluate((url) => fetch(url).then((answer) => answer.json()), url);
  expect(new URL(manifest.start_url, url).href).toBe(host.address);
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (sizes !== "any") expect(size, src).toBe(sizes);
  }
});

test("a newer version is offered, loses nothing and mixes with nothing", async ({ page, host }) => {
  await page.goto(host.address);
  await ready(page);
  await kept(page);
  await page.reload();
  await ready(page);
  await run(page, "kubectl create namespace mine");
  const before = await files(page);

  host.renew();
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  const banner = page.getByTestId("banner");
  await expect(banner).toContainText("A newer version of the playground is ready");
  // Both versions are kept for now, and the page that is open goes on with the files of its own, even those that it has not asked for yet.
  expect(await isOfWorker(page)).toBe(true);
  expect(await keptVersions(page)).toBe(2);
  for (const name of before) expect(await isThere(page, name), name).toBe(true);

  await banner.getByRole("button", { name: "Reload" }).click();
  await expect(page.locator("script[src*=renewed]")).toHaveCount(1);
  await ready(page);
  await expect(entries(page)).toContainText(["kubectl create namespace mine"]);
  await expect(banner).toHaveCount(0);
  // Nothing of the old version is left, and the new one works without a network.
  await expect.poll(() => keptVersions(page)).toBe(1);
  host.off();
  await page.reload();
  await ready(page);
  await expect(entries(page)).toContainText(["kubectl create namespace mine"]);
});

test("a page of an older version that is still open keeps its files", async ({ context, page, host }) => {
  await page.goto(host.address);
  await ready(page);
  await kept(page);
  await page.reload();
  await ready(page);
  const before = await files(page);
  host.renew();
  const other = await context.newPage();
  await other.goto(host.address);
  await ready(other);
  await expect(other.locator("script[src*=renewed]")).toHaveCount(1);
  // It is of the newer version already: that begins, there is nothing to say, and both versions are kept.
  await expect.poll(() => isOfWorker(other)).toBe(true);
  expect(await keptVersions(other)).toBe(2);
  await expect(other.getByTestId("banner").filter({ hasText: "newer version" })).toHaveCount(0);
  host.off();
  for (const name of before) expect(await isThere(page, name), name).toBe(true);
  // Nobody needs them when it is closed: the next page that says what it is made of has them tidied up, as each does at its start.
  await page.close();
  await expect.poll(async () => (await isOfWorker(other)) && keptVersions(other)).toBe(1);
  await other.reload();
  await ready(other);
});

test("where there are no service workers the page is as ever", async ({ page, host }) => {
  await page.addInitScript(() => delete Navigator.prototype.serviceWorker);
  await page.goto(host.address);
  await ready(page);
  await run(page, "kubectl describe node worker-1");
  await expect(entries(page).last()).toContainText("Kubelet Version:");
  await expect(page.getByTestId("banner")).toHaveCount(0);
});

/// Waits until everything is kept and the worker answers for the page.
async function kept(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

/// Whether a file can be had, all of it: the worker has something to do until it is read, and no newer one begins before that.
const isThere = (page, name) => page.evaluate((name) => fetch(name).then(async (answer) => (await answer.blob()) && answer.ok), name);

/// Tells the worker what the page is made of, as each page does at its start; whether those are the worker's files.
async function isOfWorker(page) {
  return page.evaluate(
    (names) =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        const named = names.map((name) => new URL(name, document.baseURI).href);
        navigator.serviceWorker.controller.postMessage({ files: named }, [port2]);
      }),
    await files(page),
  );
}

/// How many versions are kept.
const keptVersions = (page) => page.evaluate(() => caches.keys().then((names) => names.length));

/// The files that the page names.
const files = (page) =>
  page.evaluate(() =>
    [...document.head.querySelectorAll('link[href], script[src], meta[content^="./"]')].map((one) => one.src || one.href || one.content),
  );

async function serve(folder) {
  let on = true;
  const prefix = "/below/a/path/";
  const server = createServer((request, response) => {
    if (!on) return request.socket.destroy();
    const path = new URL(request.url, "http://x").pathname;
    const name = path.startsWith(prefix) ? path.slice(prefix.length) || "index.html" : "nothing";
    const file = join(folder, name);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream", "cache-control": "no-store" });
    response.end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () => server.close(),
    off: () => (on = false),
    /// Another version: the script has another name, and the one before is gone.
    renew: () => renew(folder),
  };
}

function renew(folder) {
  const names = ["index.html", "service-worker.js"];
  const old = readdirSync(folder).filter((name) => /^app-[0-9a-f]+\.js$/.test(name));
  const texts = names.map((name) => readFileSync(join(folder, name), "utf8"));
  for (const name of old) {
    const renewed = name.replace("-", "-renewed-");
    cpSync(join(folder, name), join(folder, renewed));
    rmSync(join(folder, name));
    for (const index in texts) texts[index] = texts[index].replaceAll(name, renewed);
  }
  texts[1] = texts[1].replace(/VERSION\s*=\s*"[^"]+"|"([0-9a-f]{12})"/, (whole) => whole.replace(/"[^"]+"/, '"renewed"'));
  names.forEach((name, index) => writeFileSync(join(folder, name), texts[index]));
}
