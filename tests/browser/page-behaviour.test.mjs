// What the parts of the page do, one by one.
import AxeBuilder from "@axe-core/playwright";
import { allowClipboard, expect, open, ready, test } from "./page.mjs";
import { act, clock, entries, idle, lines, node, pods, run, running, settle, speed, time, type } from "./hands.mjs";

const APPLY = "kubectl apply -f fluentd-daemonset.yaml";

/// The page with the lesson's three pods.
async function withPods(page) {
  await open(page);
  await run(page, APPLY);
  await settle(page);
  await running(page, 3);
}

test.describe("the map", () => {
  test("its buttons type commands, which stand in the terminal", async ({ page }) => {
    await withPods(page);
    await speed(page, "10×");

    await act(page, "worker-1", "Cordon");
    await expect(lines(page).last()).toHaveText("$ kubectl cordon worker-1");
    await expect(node(page, "worker-1")).toContainText("SchedulingDisabled");
    await act(page, "worker-1", "Uncordon");
    await expect(lines(page).last()).toHaveText("$ kubectl uncordon worker-1");
    await expect(node(page, "worker-1")).not.toContainText("SchedulingDisabled");

    await page.getByRole("button", { name: "Add node" }).click();
    await expect(lines(page).last()).toHaveText("$ node add worker-4");
    await expect(node(page, "worker-4").locator('[data-phase="Running"]')).toHaveCount(1);

    await act(page, "worker-2", "Power off");
    await expect(lines(page).last()).toHaveText("$ node poweroff worker-2");
    await settle(page);
    await expect(node(page, "worker-2")).toContainText("NotReady", { timeout: 30_000 });
    await act(page, "worker-2", "Power on");
    await expect(lines(page).last()).toHaveText("$ node poweron worker-2");
    await expect(node(page, "worker-2")).not.toContainText("NotReady", { timeout: 30_000 });

    await act(page, "worker-3", "Remove");
    await expect(lines(page).last()).toHaveText("$ node remove worker-3");
    await expect(node(page, "worker-3")).toHaveCount(0);
    await running(page, 3);
  });
});

test.describe("the clock", () => {
  test("pause stops the time, a step goes on by one event", async ({ page }) => {
    await open(page);
    await clock(page, "Pause the clock").click();
    const stopped = await time(page);
    await run(page, APPLY);
    // As many frames as a second has.
    await page.evaluate(async () => {
      for (let frame = 0; frame < 60; frame++) await new Promise(requestAnimationFrame);
    });
    expect(await time(page)).toBe(stopped);
    await expect(page.getByTestId("pod")).toHaveCount(0);

    const moments = page.getByTestId("timeline").locator(".moment");
    const before = await moments.count();
    await clock(page, "Next event").click();
    await expect(page.getByTestId("pod").or(moments.nth(before))).not.toHaveCount(0);
    // Event by event, until the first pod runs. The time never goes on by itself.
    const first = page.locator('[data-testid=pod][data-phase="Running"]');
    let last = await time(page);
    for (let steps = 0; steps < 60 && (await first.count()) === 0; steps++) {
      await clock(page, "Next event").click();
      expect(await time(page)).toBeGreaterThanOrEqual(last);
      last = await time(page);
    }
    await expect(first).toHaveCount(1);
    expect(last - stopped).toBeLessThan(10);
    await clock(page, "Start the clock").click();
    await expect.poll(() => time(page)).toBeGreaterThan(last);
  });

  test("10× is faster than 1×", async ({ playground: page }) => {
    // Virtual seconds in a real one, by the browser's own clock.
    const rate = () =>
      page.evaluate(async () => {
        const virtual = () => {
          const [, minutes, seconds] = /(?:(\d+)m )?([\d.]+)s/.exec(document.querySelector(".clock-time").textContent);
          return Number(minutes ?? 0) * 60 + Number(seconds);
        };
        const [from, begin] = [virtual(), performance.now()];
        while (performance.now() - begin < 1000) await new Promise(requestAnimationFrame);
        return ((virtual() - from) * 1000) / (performance.now() - begin);
      });
    const slow = await rate();
    expect(slow).toBeGreaterThan(0.5);
    expect(slow).toBeLessThan(1.5);
    await speed(page, "10×");
    expect(await rate()).toBeGreaterThan(4 * slow);
  });

  test("jump to settled does not wait", async ({ page }) => {
    await open(page);
    await run(page, APPLY);
    await clock(page, "Pause the clock").click();
    await settle(page);
    await running(page, 3);
    await expect(clock(page, "Start the clock")).toBeVisible();
  });
});

test.describe("the terminal", () => {
  test("Ctrl-C ends what waits", async ({ page }) => {
    await withPods(page);
    await type(page, "kubectl get pods -w");
    await expect(page.locator(".terminal-line.is-busy")).toHaveCount(1);
    await expect(entries(page).last()).toContainText("fluentd-");
    await page.getByTestId("terminal-input").press("Control+c");
    await idle(page);
    // As kubectl itself ends when it is interrupted while it watches.
    await expect(lines(page).last()).toHaveAttribute("data-exit", "exit 1");
    await run(page, "kubectl get ds");
    await expect(entries(page).last()).toContainText("DESIRED");
  });

  test("what is typed meanwhile runs afterwards", async ({ page }) => {
    await open(page);
    await clock(page, "Pause the clock").click();
    await type(page, "sleep 5");
    await type(page, "echo afterwards");
    await expect(page.locator(".is-queued")).toHaveText("… echo afterwards");
    await speed(page, "10×");
    await expect(entries(page).last()).toContainText("afterwards\n");
    await expect(page.locator(".is-queued")).toHaveCount(0);
  });

  test("Tab completes verbs, resources, names, flags and files", async ({ page }) => {
    await withPods(page);
    const input = page.getByTestId("terminal-input");
    const cases = [
      ["kubectl desc", "kubectl describe "],
      ["kubectl get daemon", "kubectl get daemonsets "],
      ["kubectl describe node worker-1", "kubectl describe node worker-1 "],
      ["kubectl get pods --all-n", "kubectl get pods --all-namespaces "],
      ["kubectl apply -f flu", "kubectl apply -f fluentd-daemonset.yaml "],
      ["kubectl rollout status ds/fl", "kubectl rollout status ds/fluentd "],
    ];
    for (const [begun, whole] of cases) {
      await input.pressSequentially(begun);
      await input.press("Tab");
      await expect(input).toHaveValue(whole);
      await input.press("Control+u");
    }
    // Of several, the common beginning first, then one after the other.
    await input.pressSequentially("kubectl delete pod f");
    await input.press("Tab");
    await expect(input).toHaveValue("kubectl delete pod fluentd-");
    await input.press("Tab");
    await expect(input).toHaveValue(/^kubectl delete pod fluentd-\w{5} $/);
  });

  test("↑ and ↓ go through what was typed, Ctrl-L clears", async ({ playground: page }) => {
    const input = page.getByTestId("terminal-input");
    await run(page, "kubectl get nodes");
    await run(page, "ls");
    await input.pressSequentially("half");
    await input.press("ArrowUp");
    await expect(input).toHaveValue("ls");
    await input.press("ArrowUp");
    await expect(input).toHaveValue("kubectl get nodes");
    await input.press("ArrowDown");
    await input.press("ArrowDown");
    await expect(input).toHaveValue("half");
    await input.press("Control+l");
    await expect(entries(page)).toHaveCount(0);
    await expect(input).toHaveValue("half");
  });

  test("several pasted lines run one after the other", async ({ page, context }) => {
    await allowClipboard(context);
    await open(page);
    await page.evaluate(() => navigator.clipboard.writeText("echo one\necho two\necho three"));
    await page.getByTestId("terminal-input").press("Control+v");
    await expect(lines(page)).toHaveText(["$ echo one", "$ echo two"]);
    await expect(page.getByTestId("terminal-input")).toHaveValue("echo three");
  });
});

test.describe("the timeline", () => {
  const range = (page) => page.getByTestId("timeline").getByRole("slider");

  test("shows the past, and the present again", async ({ page }) => {
    await withPods(page);
    await clock(page, "Pause the clock").click();
    const now = await pods(page);
    await range(page).press("Home");
    await expect(page.getByTestId("past")).toBeVisible();
    await expect(page.getByTestId("pod")).toHaveCount(0);
    await expect(entries(page)).toHaveCount(0);
    await page.getByRole("button", { name: "Back to now" }).click();
    await expect(page.getByTestId("past")).toHaveCount(0);
    expect(await pods(page)).toEqual(now);
  });

  test("a command in the past goes on from there", async ({ page }) => {
    await withPods(page);
    await clock(page, "Pause the clock").click();
    await range(page).press("Home");
    await expect(page.getByTestId("pod")).toHaveCount(0);
    // To look is not to act: the answer is as of then, and the present is still there.
    await run(page, "kubectl get ds");
    await expect(page.getByTestId("terminal-output")).toContainText("No resources found");
    await run(page, "why ds/fluentd");
    await expect(lines(page)).toHaveText(["$ kubectl get ds", "$ why ds/fluentd"]);
    await expect(page.getByTestId("past")).toBeVisible();
    await page.getByRole("button", { name: "Back to now" }).click();
    await expect(page.getByTestId("pod")).toHaveCount(3);
    await expect(lines(page)).toHaveText(["$ kubectl apply -f fluentd-daemonset.yaml"]);
    await range(page).press("Home");
    await type(page, "kubectl create namespace other");
    await expect(page.getByTestId("past")).toHaveCount(0);
    await expect(lines(page)).toHaveText(["$ kubectl create namespace other"]);
    await page.getByRole("button", { name: "Presents that you left behind" }).click();
    await page.locator(".menu-item", { hasText: "kubectl apply" }).click();
    await expect(page.getByTestId("pod")).toHaveCount(3);
  });

  test("goes on from the past by itself once it plays, and the clock waits until then", async ({ page }) => {
    await withPods(page);
    const end = await time(page);
    await range(page).press("Home");
    await expect(clock(page, "Start the clock")).toBeVisible();
    // A speed starts the clock.
    await speed(page, "10×");
    await expect(page.getByTestId("past")).toHaveCount(0, { timeout: 30_000 });
    await running(page, 3);
    expect(await time(page)).toBeGreaterThanOrEqual(end);
    await expect(page.getByTestId("timeline").getByRole("button", { name: /Presents/ })).toHaveCount(0);
  });

  test("each step is told in a sentence, back and on", async ({ page }) => {
    await withPods(page);
    const told = page.getByTestId("told");
    for (let steps = 0; steps < 40; steps++) {
      await clock(page, "Event before").click();
      if (/Scheduler|default-scheduler/.test(await told.textContent())) break;
    }
    await expect(told).toContainText("Successfully assigned default/fluentd-");
    await expect(page.getByTestId("past")).toBeVisible();
    await clock(page, "Next event").click();
    await expect(told).toContainText(/^(Scheduler|Kubelet on worker-\d|DaemonSet controller|API server) /);
    await clock(page, "Start the clock").click();
    await expect(told).toHaveCount(0);
  });

  test("undo and redo, by button and key; what was left behind can be gone back to", async ({ page }) => {
    await withPods(page);
    await run(page, "kubectl delete ds fluentd");
    await settle(page);
    await running(page, 0);
    await page.getByRole("button", { name: "Undo: kubectl delete ds fluentd" }).click();
    await running(page, 3);
    await expect(lines(page)).toHaveText([`$ ${APPLY}`]);
    await page.getByRole("button", { name: "Redo: kubectl delete ds fluentd" }).click();
    await expect(lines(page)).toHaveCount(2);
    await page.getByRole("region", { name: "Nodes and pods" }).focus();
    await page.keyboard.press("Control+z");
    await running(page, 3);
    await page.keyboard.press("Control+Shift+z");
    await expect(lines(page)).toHaveCount(2);
    await page.keyboard.press("Control+z");
    await expect(lines(page)).toHaveCount(1);

    await run(page, "kubectl get nodes");
    const others = page.getByRole("button", { name: "Presents that you left behind" });
    await others.click();
    await page.locator(".menu-item", { hasText: "kubectl delete ds fluentd" }).click();
    await expect(lines(page)).toHaveText([`$ ${APPLY}`, "$ kubectl delete ds fluentd"]);
    await page.reload();
    await ready(page);
    await others.click();
    await page.locator(".menu-item", { hasText: "kubectl get nodes" }).click();
    await expect(lines(page)).toHaveText([`$ ${APPLY}`, "$ kubectl get nodes"]);
  });
});

test.describe("the editor", () => {
  test("a mistake is underlined at its line with the API server's words", async ({ playground: page }) => {
    const line = page.locator(".cm-line", { hasText: "matchLabels" });
    await line.click();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("z");
    await expect(line.locator(".cm-lintRange-error")).toContainText("matchLabelsz");
    await expect(page.locator(".cm-lint-marker-error")).toHaveCount(1);
    const problem = page.getByRole("list", { name: "Problems" }).getByRole("listitem").first();
    await expect(problem).toContainText('unknown field "spec.selector.matchLabelsz"');
    await expect(page.locator(".editor-status")).toContainText("problem");
    // The words are those that apply says.
    await page.keyboard.press("Control+Enter");
    await expect(page.locator(".err").last()).toContainText('unknown field "spec.selector.matchLabelsz"');
    await page.keyboard.press("Backspace");
    await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
    await expect(page.locator(".editor-status")).toContainText("No problems");
  });

  test("a new file, and back to the first one", async ({ playground: page }) => {
    await page.getByRole("button", { name: "New file" }).click();
    // A machine types faster than the page can pass the focus on.
    await expect(page.getByRole("textbox", { name: "Name of the new file" })).toBeFocused();
    await page.keyboard.type("other.yaml");
    await page.keyboard.press("Enter");
    const tab = page.getByRole("tab", { name: "other.yaml" });
    await expect(tab).toHaveAttribute("aria-selected", "true");
    await page.locator(".cm-content").click();
    await page.keyboard.type("# mine");
    await page.getByRole("tab", { name: "fluentd-daemonset.yaml" }).click();
    await expect(page.locator(".cm-content")).toContainText("kind: DaemonSet");
    await tab.click();
    await expect(page.locator(".cm-content")).toHaveText("# mine");
    await run(page, "cat other.yaml");
    await expect(entries(page).last()).toContainText("# mine");
  });
});

test.describe("a link", () => {
  test("a damaged one says so and opens an empty playground", async ({ page }) => {
    await open(page, "#1AAAAAAAAAAAAe");
    await expect(page.getByTestId("banner")).toContainText("This link is damaged");
    await expect(page.getByTestId("pod")).toHaveCount(0);
    await expect(entries(page)).toHaveCount(0);
    await run(page, "kubectl get nodes");
    await page.getByTestId("banner").getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByTestId("banner")).toHaveCount(0);
  });

  test("one from a newer version says what to do", async ({ page }) => {
    await open(page, "#9AAAAAAAAAAAAe");
    await expect(page.getByTestId("banner")).toContainText("newer playground");
  });

  test("made while the past is shown, it holds the past", async ({ page, browser }) => {
    await withPods(page);
    await clock(page, "Pause the clock").click();
    await page.getByRole("slider", { name: "Moment that is shown" }).press("Home");
    await expect(page.getByTestId("past")).toBeVisible();
    await page.getByTestId("share").click();
    const other = await (await browser.newContext()).newPage();
    await other.goto(await page.getByTestId("share-url").inputValue());
    await ready(other);
    await expect(entries(other)).toHaveCount(0);
    await expect(other.getByTestId("pod")).toHaveCount(0);
    await other.context().close();
  });

  test("looking at one costs nobody their own work", async ({ page, browser }) => {
    await withPods(page);
    await clock(page, "Pause the clock").click();
    const mine = await pods(page);
    const other = await (await browser.newContext()).newPage();
    await open(other);
    await run(other, "kubectl create namespace theirs");
    await other.getByTestId("share").click();
    const link = await other.getByTestId("share-url").inputValue();
    await other.context().close();

    await page.evaluate((link) => (location.href = link), link);
    await expect(page.getByTestId("banner")).toContainText("Your own work is kept", { timeout: 30_000 });
    await ready(page);
    await run(page, "kubectl get namespaces");
    await expect(entries(page).last()).toContainText("theirs");
    await expect(page.getByTestId("pod")).toHaveCount(0);
    await page.getByRole("button", { name: "Back to mine" }).click();
    await running(page, 3);
    expect(await pods(page)).toEqual(mine);
  });
});

test("at 1280×720 everything is on one screen", async ({ page }) => {
  await withPods(page);
  const overflow = await page.evaluate(() => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
    return [scrollWidth - clientWidth, scrollHeight - clientHeight];
  });
  expect(overflow).toEqual([0, 0]);
  for (const part of ["lesson", "map", "terminal", "terminal-input", "timeline", "clock", "share"]) {
    await expect(page.getByTestId(part), part).toBeInViewport({ ratio: 0.99 });
  }
  await expect(page.getByRole("region", { name: "Editor" })).toBeInViewport({ ratio: 0.99 });
  for (const chip of await page.getByTestId("pod").all()) await expect(chip).toBeInViewport({ ratio: 0.99 });
  await expect(page.getByRole("button", { name: "Next", exact: true })).toBeInViewport({ ratio: 0.99 });
  await expect(page.getByRole("button", { name: /^Apply/ })).toBeInViewport({ ratio: 0.99 });
});

test.describe("nothing in the way of anybody", () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, height] of [[1280, 720], [390, 844]]) {
      test.describe(() => {
        test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });
        test(`${colorScheme}, ${width}×${height}`, async ({ page }) => {
          await page.setViewportSize({ width, height });
          await open(page);
          const rooms = page.getByRole("navigation", { name: "Parts of the page" });
          const narrow = await rooms.isVisible();
          const show = async (name) => {
            if (narrow) await rooms.getByRole("button", { name }).click();
          };
          await show("Terminal");
          await run(page, APPLY);
          await settle(page);
          await run(page, "kubectl cordon worker-1");
          await run(page, "kubectl apply -f nothing.yaml");
          const check = async (where) => {
            const { violations } = await new AxeBuilder({ page }).analyze();
            const found = violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((one) => one.html).join(" ")}`);
            expect(found).toEqual([]);
          };
          await check("terminal");
          for (const name of narrow ? ["Lesson", "Cluster", "Editor"] : []) {
            await show(name);
            await check(name);
          }
          await page.getByTestId("share").click();
          await expect(page.getByTestId("share-url")).toBeVisible();
          await check("share");
        });
      });
    }
  }
});
