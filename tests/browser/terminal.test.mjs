// What helps at the command line: grey suggestions, lines that go on, hints, words to tap, and kubectl edit in the editor.
import { entries, idle, output, run, running, settle, tap, type } from "./hands.mjs";
import { allowClipboard, expect, ready, test } from "./page.mjs";

const input = (page) => page.getByTestId("terminal-input");
const hints = (page) => page.getByTestId("terminal-hint");
const end = (page, name) => page.locator(".editor-ends").getByRole("button", { name, exact: true });

/// Waits until all of the engine is there: the terminal's header has its button for hints then.
async function whole(page) {
  await expect(page.getByRole("button", { name: "Hints" })).toBeVisible({ timeout: 30_000 });
}

test("the right arrow takes the grey suggestion, which comes from what was typed before", async ({ playground: page }) => {
  await whole(page);
  await run(page, "kubectl get nodes -o wide");
  await input(page).pressSequentially("kubectl get no");
  await expect(page.locator(".ghost")).toHaveText("kubectl get nodes -o wide");
  await input(page).press("ArrowRight");
  await expect(input(page)).toHaveValue("kubectl get nodes -o wide");
  await expect(page.locator(".ghost")).toHaveCount(0);
});

test("a line that is not finished goes on in the next, until it is dropped or ends", async ({ playground: page }) => {
  await whole(page);
  await type(page, "for name in one two; do");
  await expect(page.locator(".terminal-earlier")).toHaveText(/for name in one two; do/);
  await run(page, "echo $name; done");
  await expect(page.locator(".terminal-earlier")).toHaveCount(0);
  await expect(entries(page).last()).toContainText("one\ntwo");

  await type(page, "echo 'begun");
  await page.getByRole("button", { name: "Drop" }).click();
  await expect(page.locator(".terminal-earlier")).toHaveCount(0);
  await run(page, "echo all is well");
  await expect(entries(page).last().locator(".out")).toHaveText("all is well\n");
});

test("a hint stands beside a mistake, and goes when it is not wanted", async ({ playground: page }) => {
  await whole(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await expect(hints(page)).toHaveCount(0);
  await run(page, "kubectl scale ds fluentd --replicas=5");
  await expect(hints(page)).toContainText("its size is its nodes");
  const toggle = page.getByRole("button", { name: "Hints" });
  await toggle.click();
  await expect(hints(page)).toHaveCount(0);
  await page.waitForTimeout(1500);
  await page.reload();
  await ready(page);
  await expect(toggle).toHaveAttribute("aria-pressed", "false");
  await expect(entries(page)).toHaveCount(2);
  await expect(hints(page)).toHaveCount(0);
});

test("kubectl edit opens the object, and takes over what was saved", async ({ playground: page }) => {
  await whole(page);
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await settle(page);
  await running(page, 3);
  await type(page, "kubectl edit ds fluentd");
  const image = page.locator(".cm-line", { hasText: "- image: fluent/fluentd:latest" });
  await image.click();
  await page.keyboard.press("End");
  for (const _ of "latest") await page.keyboard.press("Backspace");
  await page.keyboard.type("v1.17");
  await end(page, "Save and close").click();
  await idle(page);
  await expect(entries(page).last()).toContainText("daemonset.apps/fluentd edited");
  await run(page, "kubectl get ds fluentd -o wide");
  await expect(entries(page).last()).toContainText("fluent/fluentd:v1.17");
  await expect(page.getByRole("tab", { name: /kubectl-edit/ })).toHaveCount(0);

  await type(page, "kubectl edit ds fluentd");
  await end(page, "Close").click();
  await idle(page);
  expect(await output(page)).toContain("Edit cancelled, no changes made.");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a command can be put together by tapping", async ({ playground: page }) => {
    await tap(page.getByRole("button", { name: "Terminal", exact: true }));
    const chips = page.getByRole("group", { name: "Next words" });
    for (const word of ["kubectl", "get", "nodes"]) {
      await tap(chips.getByText(word, { exact: true }));
    }
    await expect(input(page)).toHaveValue("kubectl get nodes ");
    await tap(page.getByRole("button", { name: "Run", exact: true }));
    await expect(entries(page).last()).toContainText("worker-3");
  });
});

test("names in an output lead to the map", async ({ playground: page }) => {
  await whole(page);
  await run(page, "kubectl get nodes");
  await entries(page).last().getByRole("button", { name: "worker-2" }).click();
  await expect(page.locator('[data-testid=node][data-name="worker-2"] button').first()).toBeFocused();
  // The text is what it was, for who selects and copies it.
  await expect(entries(page).last().locator(".out")).toHaveText(/^NAME +STATUS +ROLES +AGE +VERSION\n[^]*worker-3 +Ready +<none> +\d+s +v1\.36\.\d\n$/);
});

test("all of it can be copied as Markdown", async ({ playground: page, context }) => {
  await allowClipboard(context);
  await whole(page);
  await run(page, "echo one");
  await run(page, "printf two");
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await expect(page.locator(".page > p[role=status]")).toHaveText("Copied as Markdown.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("```console\n$ echo one\none\n$ printf two\ntwo\n```\n");
});

test("ten thousand lines do not slow down what is typed", async ({ playground: page }) => {
  await whole(page);
  await run(page, "seq 10000");
  await run(page, "for i in $(seq 300); do echo $i; done");
  await expect(entries(page).first()).toContainText("10000");
  await input(page).pressSequentially("kubectl get nodes");
  await input(page).press("Enter");
  await expect(entries(page)).toHaveCount(3);
  // What is written last can be seen.
  await expect(entries(page).last()).toBeInViewport();
});

test("borders move by mouse and by key, and stay where they are", async ({ playground: page }) => {
  await whole(page);
  const height = () => page.getByTestId("terminal").evaluate((terminal) => terminal.offsetHeight);
  const line = page.getByRole("separator", { name: "Height of the terminal" });
  const before = await height();
  await line.focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  const larger = await height();
  expect(larger).toBeGreaterThan(before);
  const box = await line.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 150, { steps: 3 });
  await page.mouse.up();
  const smaller = await height();
  expect(smaller).toBeLessThan(larger - 100);
  await page.reload();
  await ready(page);
  expect(await height()).toBe(smaller);
  await line.focus();
  await page.keyboard.press("Enter");
  expect(await height()).toBe(before);
});
