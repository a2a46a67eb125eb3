// A learner follows the first lesson by typing, hands it on as a link, and comes back to it.
import { allowClipboard, expect, open, ready, test, watch } from "./page.mjs";
import {
  clock, editorText, goalsMet, lines, output, pods, run, running, settle, step, time, type, watchPhases,
} from "./hands.mjs";

const editor = (page) => page.locator(".cm-content");

async function next(page, number) {
  await goalsMet(page);
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await expect(step(page)).toHaveText(`Step ${number} of 8`);
}

/// The link of the share button, which also stands on the clipboard.
async function share(page) {
  await page.getByTestId("share").click();
  const link = await page.getByTestId("share-url").inputValue();
  await expect(page.getByRole("dialog").getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  return link;
}

/// All that a link or a reload has to keep. The clock stands, so that nothing moves while it is read.
async function kept(page) {
  return {
    pods: await pods(page),
    output: await output(page),
    step: await step(page).textContent(),
    file: await editorText(page),
    goals: await page.getByTestId("lesson-goal").evaluateAll((all) => all.map((goal) => goal.dataset.state)),
  };
}

/// Opens a link where nobody has been before.
async function elsewhere(browser, link, look) {
  const context = await browser.newContext();
  const complaints = watch(context);
  const page = await context.newPage();
  await page.goto(link);
  await ready(page);
  await expect(editor(page)).toBeVisible();
  await look(page);
  await context.close();
  expect(complaints).toEqual([]);
}

test("the first lesson from its first step to its last, shared and reloaded on the way", async ({ page, browser, context }) => {
  test.slow();
  await allowClipboard(context);
  await open(page);
  await expect(editor(page)).toContainText("kind: DaemonSet");
  await expect(step(page)).toHaveText("Step 1 of 8");
  await expect(page.getByTestId("lesson-goal").first()).toHaveAttribute("data-state", "unmet");

  // Meet the machines
  await run(page, "kubectl get nodes");
  await expect(page.getByTestId("terminal-output")).toContainText("worker-3");
  await next(page, 2);
  // Define
  await run(page, "cat fluentd-daemonset.yaml");
  await next(page, 3);
  // Apply
  const phases = await watchPhases(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await running(page, 3);
  const nodes = (await pods(page)).map((pod) => pod.split(" ")[1]);
  expect(nodes.sort()).toEqual(["worker-1", "worker-2", "worker-3"]);
  const seen = Object.values(await phases());
  expect(seen).toHaveLength(3);
  for (const one of seen) expect(one.join()).toMatch(/^(Pending,)?ContainerCreating,Running$/);
  await next(page, 4);
  // Verify
  await run(page, "kubectl get daemonsets");
  await next(page, 5);
  // Look
  await run(page, "kubectl get pods -o wide");
  await goalsMet(page);

  // Handed on while the pods run.
  await clock(page, "Pause the clock").click();
  const [mine, then] = [await kept(page), await time(page)];
  expect(mine.pods).toHaveLength(3);
  await elsewhere(browser, await share(page), async (other) => {
    expect(await kept(other)).toEqual(mine);
    expect(await time(other)).toBeGreaterThanOrEqual(then);
    expect(await time(other)).toBeLessThan(then + 10);
  });
  await page.reload();
  await ready(page);
  await expect(editor(page)).toBeVisible();
  expect(await kept(page)).toEqual(mine);
  expect(await time(page)).toBeGreaterThanOrEqual(then);
  await next(page, 6);

  // Update: in the editor, then by hand
  const image = editor(page).locator(".cm-line", { hasText: "image: fluent/fluentd:latest" });
  await image.click();
  await page.keyboard.press("End");
  for (const _ of "latest") await page.keyboard.press("Backspace");
  await page.keyboard.type("v1.17");
  const again = await watchPhases(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await expect(page.getByTestId("terminal-output")).toContainText("daemonset.apps/fluentd configured");
  await expect(page.locator('[data-testid=pod][data-phase="Terminating"]')).toHaveCount(1);
  await run(page, "kubectl rollout status daemonset/fluentd");
  await expect(page.getByTestId("terminal-output")).toContainText("successfully rolled out");
  await running(page, 3);
  const all = await again();
  for (const name of mine.pods.map((pod) => pod.split(" ")[0])) expect(all[name]).toContain("Terminating");
  expect(Object.keys(all)).toHaveLength(6);
  await next(page, 7);

  // Clean up
  await run(page, "kubectl delete daemonset fluentd");
  await settle(page);
  await expect(page.getByTestId("pod")).toHaveCount(0);
  await next(page, 8);
  await expect(page.getByText("Lesson finished").or(page.getByRole("button", { name: "Next lesson" }))).toBeVisible();

  // Handed on at the end, and reloaded while an edit is not saved yet.
  await clock(page, "Pause the clock").click();
  const end = await kept(page);
  await elsewhere(browser, await share(page), async (other) => expect(await kept(other)).toEqual(end));
  await editor(page).locator(".cm-line").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# not saved yet\n");
  await type(page, "ls");
  await expect(lines(page).last()).toContainText("ls");
  await editor(page).locator(".cm-line").last().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("# nor this");
  const last = await kept(page);
  await page.reload();
  await ready(page);
  await expect(editor(page)).toBeVisible();
  expect(last.file).toMatch(/^# not saved yet\n[^]*# nor this$/);
  expect(await kept(page)).toEqual(last);
});
