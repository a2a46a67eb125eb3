// What comes from elsewhere and goes there: somebody's own cluster, files that are dropped, what a change would do, a script for a
// real cluster, and what was set aside.
import AxeBuilder from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import { expect, open, stored, test } from "./page.mjs";
import { run } from "./hands.mjs";

const eks = await readFile(new URL("../import/eks.yaml", import.meta.url), "utf8");
const link = (await readFile(new URL("../links/1-walk-through.link", import.meta.url), "utf8")).trim();

const accessible = async (page) => expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
const menu = (page, item) => page.locator(".where .menu > .button").click().then(() => page.getByRole("button", { name: item }).click());
const openCluster = (page) => menu(page, /^Open a cluster or a file/);

/// Drops files onto the page, as a person does.
async function drop(page, ...files) {
  const data = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const { name, text, bytes } of files) data.items.add(new File([bytes ? new Uint8Array(bytes) : text], name));
    return data;
  }, files);
  await page.dispatchEvent(".page", "dragenter", { dataTransfer: data });
  await expect(page.locator(".drop-here")).toBeVisible();
  await page.dispatchEvent(".page", "dragover", { dataTransfer: data });
  await page.dispatchEvent(".page", "drop", { dataTransfer: data });
  await expect(page.locator(".drop-here")).toHaveCount(0);
}

test("a cluster is pasted, opens beside the own work, and says what a change would do", async ({ page }) => {
  await open(page);
  await run(page, "echo mine");
  await openCluster(page);
  const dialog = page.getByTestId("import");
  await accessible(page);
  await dialog.getByTestId("import-text").fill("NAME       STATUS\nworker-1   Ready\n");
  await dialog.getByRole("button", { name: "Read it" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Add `-o yaml`");
  await dialog.getByTestId("import-text").fill(eks);
  await dialog.getByRole("button", { name: "Read it" }).click();
  const found = page.getByTestId("imported");
  await expect(found).toContainText("2 nodes and 2 DaemonSets were read.");
  await expect(found).toContainText("the value of DD_API_KEY was left out");
  await expect(found).not.toContainText("0123456789abcdef");
  await accessible(page);
  await found.getByRole("button", { name: "Open this cluster" }).click();
  await expect(page.getByTestId("banner")).toContainText("This is your cluster, rebuilt.");
  await expect(page.getByTestId("node")).toHaveCount(2);
  await expect(page.getByTestId("pod").filter({ hasText: "Running" })).toHaveCount(3);

  await page.getByRole("tab", { name: "agent.yaml" }).click();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n");
  await run(page, "sed -i 's,kubernetes.io/os: linux,eks.amazonaws.com/capacityType: SPOT,' agent.yaml");
  await run(page, "whatif -f agent.yaml");
  await expect(page.getByTestId("terminal-output")).toContainText("1 node loses its pod");
  await page.getByRole("button", { name: "What if?" }).click();
  const whatif = page.getByTestId("whatif");
  await expect(whatif).toContainText("ds/agent in the namespace monitoring: 1 node loses its pod.");
  await expect(whatif.locator(".own-group.is-lost")).toContainText("ip-10-0-11-24.eu-west-1.compute.internal");
  await accessible(page);
  await whatif.getByRole("button", { name: "Leave it" }).click();
  await expect(page.getByTestId("pod").filter({ hasText: "Running" })).toHaveCount(3);

  await menu(page, /^Back to “/);
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true");
  await expect(page.getByTestId("terminal-output")).toContainText("mine");
});

test("what is dropped is opened as what it is, and nothing is lost", async ({ page }) => {
  await open(page);
  const banner = page.getByTestId("banner");
  await drop(page, { name: "cat.png", bytes: [137, 80, 78, 71, 0, 1, 2] });
  await expect(banner).toContainText("cat.png is no text: nothing was changed.");
  await drop(page, { name: "notes.txt", text: "buy milk" });
  await expect(banner).toContainText("notes.txt is neither a manifest");
  await drop(page, { name: "mine.yaml", text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n" });
  await expect(page.getByRole("tab", { name: "mine.yaml" })).toHaveAttribute("aria-selected", "true");
  await drop(page, { name: "mine.yaml", text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: another\n" });
  await expect(page.getByRole("tab", { name: "mine-2.yaml" })).toHaveAttribute("aria-selected", "true");
  await drop(page, { name: "nodes.yaml", text: "apiVersion: v1\nkind: Node\nmetadata:\n  name: [a\n" });
  await expect(page.getByRole("tab", { name: "nodes.yaml" })).toHaveAttribute("aria-selected", "true");

  await drop(page, { name: "daemonset-playground.txt", text: `https://example.com/${link}` });
  await expect(banner).toContainText("This is what daemonset-playground.txt holds. Your own work is kept.");
  await drop(page, { name: "two.yaml", text: "version: 1\nnodes:\n- {group: worker, count: 2}\nsteps:\n- run: echo played\n- node: {notready: worker-2}\n- wait: settled\n" });
  await expect(banner).toContainText("This is what two.yaml holds.");
  await expect(page.getByTestId("node")).toHaveCount(2);
  await expect(page.getByTestId("terminal-output")).toContainText("played");
  await expect(page.getByTestId("node").filter({ hasText: "NotReady" })).toHaveCount(1);
  await banner.getByRole("button", { name: "Back to mine" }).click();
  await expect(page.getByRole("tab", { name: "mine-2.yaml" })).toBeVisible();
});

test("files are chosen with the keyboard's dialog, several at once", async ({ page }) => {
  await open(page);
  await openCluster(page);
  const [nodes, sets] = eks.split(/(?=- apiVersion: apps\/v1\n)/).reduce(([first, rest], part) => [first || part, first ? rest + part : rest], ["", ""]);
  await page.getByTestId("import-files").setInputFiles([
    { name: "nodes.yaml", mimeType: "text/yaml", buffer: Buffer.from(nodes + "kind: List\n") },
    { name: "sets.yaml", mimeType: "text/yaml", buffer: Buffer.from("apiVersion: v1\nitems:\n" + sets) },
  ]);
  await expect(page.getByTestId("imported")).toContainText("2 nodes and 2 DaemonSets were read.");
});

test("a script, manifests and a scenario file can be taken along, and the scenario comes back", async ({ page }) => {
  await open(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await menu(page, /^Export for a real cluster/);
  const dialog = page.getByTestId("export");
  await accessible(page);
  const save = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: `Save ${name}` }).click()]);
    expect(download.suggestedFilename()).toBe(name);
    return readFile(await download.path(), "utf8");
  };
  expect(await save("replay.sh")).toContain("run apply -f fluentd-daemonset.yaml");
  expect(await save("manifests.yaml")).toContain("kwok.x-k8s.io/node: fake");
  const scenario = await save("scenario.yaml");
  expect(scenario).toContain("kubectl apply -f fluentd-daemonset.yaml");
  await page.keyboard.press("Escape");
  await drop(page, { name: "scenario.yaml", text: scenario });
  await expect(page.getByTestId("banner")).toContainText("This is what scenario.yaml holds.");
  await expect(page.getByTestId("terminal-output")).toContainText("daemonset.apps/fluentd created");
});

test("a scenario file that takes long leaves the page to the person, and can be stopped", async ({ page }) => {
  await open(page);
  await run(page, "echo mine");
  const text = `version: 1
nodes: [{group: worker, count: 100}]
files:
  crash.yaml: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: crash}
    spec:
      selector: {matchLabels: {app: crash}}
      template:
        metadata: {labels: {app: crash}}
        spec: {containers: [{name: c, image: crash, command: ["false"]}]}
steps:
- run: kubectl apply -f crash.yaml
- wait: 31536000
`;
  await drop(page, { name: "years.yaml", text });
  const banner = page.getByTestId("banner");
  await expect(banner).toContainText("Playing years.yaml: step 2 of 2");
  await run(page, "echo still here");
  await expect(page.getByTestId("terminal-output")).toContainText("still here");
  await expect(banner).toContainText("Playing years.yaml");
  await banner.getByRole("button", { name: "Stop here" }).click();
  // It is opened as a link is, which takes as long.
  await expect(banner).toContainText(/This is what years.yaml holds. Your own work is kept. It was played to \d+/, { timeout: 60_000 });
  await expect(page.getByTestId("map").locator(".panel-note")).toHaveText("100 nodes, 100 pods");
  await banner.getByRole("button", { name: "Back to mine" }).click();
  await expect(page.getByTestId("terminal-output")).toContainText("still here");
});

test("who shares finds the way to a real cluster", async ({ page }) => {
  await open(page);
  await page.getByTestId("share").click();
  await page.getByTestId("share-export").click();
  await expect(page.getByTestId("share-dialog")).toHaveCount(0);
  await expect(page.getByTestId("export").getByRole("button", { name: "Save replay.sh" })).toBeVisible();
});

test("what was set aside can be saved and deleted", async ({ page }) => {
  await stored(page, "playground.v1.set-aside.1", "#1broken");
  await open(page);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: /^Set aside/ }).click();
  const dialog = page.getByTestId("aside");
  await expect(dialog).toContainText("Number 1, 8 characters");
  await accessible(page);
  await dialog.getByRole("button", { name: "Delete number 1" }).click();
  await expect(dialog).toContainText("Nothing is set aside");
  expect(await page.evaluate(() => localStorage.getItem("playground.v1.set-aside.1"))).toBe("");
});
