// Work without end: the page stays usable, and says what goes on.
import { clock, entries, run, speed, time } from "./hands.mjs";
import { expect, open, test } from "./page.mjs";

/// Pods that the controller makes and the taints drive out, as fast as both can.
const FIGHT = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: fight}
spec:
  selector: {matchLabels: {name: fight}}
  template:
    metadata: {labels: {name: fight}}
    spec:
      terminationGracePeriodSeconds: 0
      tolerations: [{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 0}]
      containers: [{name: c, image: "x:1"}]
`;

const address = `?nodes=worker:6;k=v:NoExecute&yaml=${encodeURIComponent(FIGHT)}`;
test.setTimeout(120_000);
const banner = (page) => page.getByTestId("banner");

test("two controllers that fight over pods leave the page usable, and are named", async ({ page }) => {
  await open(page, address);
  await run(page, "kubectl apply -f manifest.yaml");
  await speed(page, "600×");
  await expect(banner(page).last()).toContainText("the clock goes slower", { timeout: 30_000 });
  await expect(banner(page).last()).toContainText("It happened last: ");
  // A word is typed and answered, and a button answers.
  const before = Date.now();
  await run(page, "kubectl get ds fight");
  expect(Date.now() - before).toBeLessThan(5000);
  await clock(page, "Pause the clock").click();
  const paused = await time(page);
  await page.waitForTimeout(500);
  expect(await time(page)).toBe(paused);
});

test("what never comes to rest is waited for ten minutes of the cluster's time, and then named", async ({ page }) => {
  const slower = FIGHT.replace("tolerationSeconds: 0", "tolerationSeconds: 1");
  await open(page, `?nodes=worker:1;k=v:NoExecute&yaml=${encodeURIComponent(slower)}`);
  await run(page, "kubectl apply -f manifest.yaml");
  const before = await time(page);
  await clock(page, "Jump to settled").click();
  await expect(banner(page).last()).toContainText("Ten minutes have passed in the cluster, and it does not come to rest", { timeout: 60_000 });
  await expect(banner(page).last()).toContainText("It happened last: ");
  expect((await time(page)) - before).toBeGreaterThan(599);
  await run(page, "kubectl get ds fight");
  await expect(entries(page).last()).toContainText("fight");
});

test("a command that never ends is ended by the next one, or by Ctrl-C", async ({ page }) => {
  await open(page, "?nodes=1");
  await run(page, "while true; do true; done");
  await expect(entries(page).last()).toContainText("put a sleep into the loop");
  await page.getByTestId("terminal-input").pressSequentially("sleep 1000000000");
  await page.getByTestId("terminal-input").press("Enter");
  await expect(page.locator(".terminal-line.is-busy")).toHaveCount(1);
  await page.getByTestId("terminal-input").press("Control+c");
  await expect(page.locator(".terminal-line.is-busy")).toHaveCount(0);
  await run(page, "echo here");
  await expect(entries(page).last()).toContainText("here");
});
