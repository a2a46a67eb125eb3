// Why there is a pod on a node, or none: asked on the map, answered in a dialog.
import AxeBuilder from "@axe-core/playwright";
import { expect, open, test } from "./page.mjs";
import { act, run, running, settle, type } from "./hands.mjs";

async function withPods(page) {
  await open(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await settle(page);
  await running(page, 3);
}

test("a node without a pod says which check failed, and what would flip it", async ({ page }) => {
  await withPods(page);
  await act(page, "control-plane", "ds/fluentd");
  const why = page.getByTestId("why");
  await expect(why.getByRole("heading")).toContainText("control-plane, ds/fluentd");
  const failed = why.locator(".check.is-failed");
  await expect(failed).toHaveCount(1);
  await expect(failed).toContainText("node-role.kubernetes.io/control-plane");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await failed.getByRole("button", { name: "Type it" }).first().click();
  await expect(why).toHaveCount(0);
  const input = page.getByTestId("terminal-input");
  await expect(input).toHaveValue(/^kubectl taint node control-plane /);
  await input.press("Enter");
  await settle(page);
  await running(page, 4);
});

test("a pod says how it is, and a rollout keeps its ledger", async ({ page }) => {
  await withPods(page);
  await page.getByTestId("pod").first().getByRole("button").click();
  const why = page.getByTestId("why");
  await expect(why.locator(".check.is-failed")).toHaveCount(0);
  await expect(why.locator(".check.is-passed").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(why).toHaveCount(0);

  await type(page, "kubectl set image ds/fluentd fluentd=fluent/fluentd:bad");
  await settle(page);
  await page.getByRole("button", { name: "ds/fluentd", exact: true }).click();
  await expect(why).toContainText("maxUnavailable");
  const turns = why.getByRole("listitem").filter({ has: page.getByRole("button", { name: /^(worker|control)/ }) });
  await expect(turns).toHaveCount(4);
  await expect(turns.filter({ has: page.getByRole("img", { name: "Does not go on" }) })).toContainText(["ImagePullBackOff"]);
  await expect(turns.filter({ has: page.getByRole("img", { name: "Waits" }) })).toHaveCount(2);
  await expect(why.locator(".ledger")).toContainText("1 of 1 maxUnavailable, by worker-");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  // The cause has its line and its way out; a node leads to its checks.
  const cause = why.getByRole("list", { name: "What it does not get past" });
  await expect(cause).toContainText("spec.template.spec.containers[0].image");
  await turns.first().getByRole("button").click();
  await expect(why.getByRole("heading")).toContainText("control-plane, ds/fluentd");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "ds/fluentd", exact: true }).click();
  await cause.getByRole("button", { name: "Type it" }).click();
  await expect(page.getByTestId("terminal-input")).toHaveValue("kubectl rollout undo ds/fluentd");
});

test("what was made of a template, and two revisions, stand side by side", async ({ page }) => {
  await withPods(page);
  await page.getByTestId("pod").first().getByRole("button").click();
  const dialog = page.getByTestId("why");
  await dialog.getByRole("button", { name: "What was made of the template" }).click();
  await expect(dialog.getByRole("columnheader").first()).toHaveText("template of daemonset/fluentd, revision 1");
  await expect(dialog.locator(".compared-who", { hasText: "DaemonSet controller: the pin to its node" })).toHaveCount(1);
  await expect(dialog.locator("tr.is-in", { hasText: "nodeName: worker-" })).toHaveCount(1);
  await expect(dialog.locator("tr", { hasText: "image: fluent/fluentd:latest" })).not.toHaveClass(/is-/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press("Escape");

  await run(page, "kubectl set image ds/fluentd fluentd=fluent/fluentd:2");
  await settle(page);
  await page.getByRole("button", { name: "ds/fluentd", exact: true }).click();
  await dialog.getByRole("button", { name: "Revisions side by side" }).click();
  await expect(dialog.locator("tr.is-in.is-out")).toHaveCount(1);
  await expect(dialog.locator("tr.is-in.is-out")).toContainText("fluent/fluentd:2");
  await dialog.getByLabel("From revision").selectOption("2");
  await expect(dialog).toContainText("Both say the same.");
});
