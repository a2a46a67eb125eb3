// The first lesson by keyboard alone: nothing here clicks, focuses or fills in, there is only `page.keyboard`.
import { expect, ready, test, watch } from "./page.mjs";
import { editorText, goalsMet, running, step } from "./hands.mjs";

/// More than it takes to get around the page once.
const FAR = 120;

const input = (element) => element.dataset.testid === "terminal-input";
const editor = (element) => element.dataset.testid === "editor";
const named = (name) => [(element, name) => [element.getAttribute("aria-label"), element.textContent].includes(name), name];

/// Presses Tab (or Shift-Tab, where the end of the page lies between: beyond it is the browser's own bar, and in Firefox whoever
/// drives it does not find back) until `predicate` holds for what has the focus; gets out of the editor and the terminal as they say.
async function tabTo(page, predicate, { key = "Tab", argument } = {}) {
  const look = `(() => {
    const element = document.activeElement;
    return { there: (${predicate})(element, ${JSON.stringify(argument ?? null)}), held: element.matches("[data-testid=terminal-input], [data-testid=editor]") };
  })()`;
  let { held } = await page.evaluate(look);
  for (let presses = 0; presses < FAR; presses++) {
    if (held) await page.keyboard.press("Escape");
    await page.keyboard.press(key);
    const now = await page.evaluate(look);
    if (now.there) return;
    held = now.held;
  }
  throw new Error(`${FAR} times ${key}, and never there: ${predicate} ${argument ?? ""}`);
}

const back = (page, predicate, argument) => tabTo(page, predicate, { key: "Shift+Tab", argument });

async function press(page, name, key = "Enter", direction = "Tab") {
  const [predicate, argument] = named(name);
  await tabTo(page, predicate, { key: direction, argument });
  await page.keyboard.press(key);
}

async function command(page, line) {
  await tabTo(page, input);
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("terminal-output").locator(".entry-line").last()).toContainText(line);
}

async function next(page, number) {
  await goalsMet(page);
  await press(page, "Next", "Enter", "Shift+Tab");
  await expect(step(page)).toHaveText(`Step ${number} of 8`);
}

test("the first lesson from its first step to its last", async ({ playground: page, browser }) => {
  test.slow();
  await expect(page.locator(".cm-content")).toBeVisible();
  const [speed, argument] = named("Speed");
  await tabTo(page, speed, { argument });
  await page.keyboard.type("10");

  await command(page, "kubectl get nodes");
  await next(page, 2);
  // Tab completes the name of the file.
  await tabTo(page, input);
  await page.keyboard.type("cat fl");
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("terminal-input")).toHaveValue("cat fluentd-daemonset.yaml ");
  await page.keyboard.press("Enter");
  await next(page, 3);
  // A command of the lesson is typed by its button.
  await press(page, "Type it", "Enter", "Shift+Tab");
  await expect(page.getByTestId("terminal-input")).toBeFocused();
  await expect(page.getByTestId("terminal-input")).toHaveValue("kubectl apply -f fluentd-daemonset.yaml");
  await page.keyboard.press("Enter");
  await running(page, 3);
  await next(page, 4);
  await command(page, "kubectl get daemonsets");
  await next(page, 5);
  await command(page, "kubectl get pods -o wide");
  await next(page, 6);

  await tabTo(page, editor);
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.keyboard.type("fluentd:latest");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(page.locator(".cm-content")).toBeFocused();
  await page.keyboard.type("fluentd:v1.17");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByTestId("terminal-output")).toContainText("daemonset.apps/fluentd configured");
  // The first Escape closes the list of what can stand there. Out of the editor backwards, into the terminal; on the way nothing is changed.
  await page.keyboard.press("Escape");
  await back(page, input);
  expect(await editorText(page)).toContain("\n        image: fluent/fluentd:v1.17\n");
  await page.keyboard.type("kubectl rollout status daemonset/fluentd");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("terminal-output")).toContainText("successfully rolled out", { timeout: 30_000 });
  await next(page, 7);
  await command(page, "kubectl delete daemonset fluentd");
  await next(page, 8);
  await expect(page.getByTestId("pod")).toHaveCount(0);

  // The link, and where one is afterwards.
  await back(page, (element) => element.dataset.testid === "share");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("share-url")).toBeFocused();
  const link = await page.getByTestId("share-url").inputValue();
  await press(page, "Close", "Enter", "Shift+Tab");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByTestId("share")).toBeFocused();

  const context = await browser.newContext();
  const complaints = watch(context);
  const other = await context.newPage();
  await other.goto(link);
  await ready(other);
  await expect(step(other)).toHaveText("Step 8 of 8");
  expect(await other.getByTestId("terminal-output").textContent()).toBe(await page.getByTestId("terminal-output").textContent());
  await context.close();
  expect(complaints).toEqual([]);
});

test("a node's menu, the timeline, and a new file", async ({ playground: page }) => {
  await expect(page.locator(".cm-content")).toBeVisible();
  await press(page, "Actions for worker-2");
  await page.keyboard.press("Escape");
  await expect(page.locator(".menu-panel")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await tabTo(page, (element) => element.classList.contains("menu-item"));
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("terminal-output")).toContainText("node/worker-2 cordoned");
  await expect(page.locator(".menu-panel")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Actions for worker-2" })).toBeFocused();

  await press(page, "New file", "Enter");
  // A machine types faster than the page can pass the focus on.
  await expect(page.getByRole("textbox", { name: "Name of the new file" })).toBeFocused();
  await page.keyboard.type("b.yaml");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "b.yaml" })).toHaveAttribute("aria-selected", "true");
  await expect(page.locator(".cm-content")).toBeFocused();
  await page.keyboard.type("kind: Pod");

  await tabTo(page, (element) => element.type === "range");
  await page.keyboard.press("Home");
  await expect(page.getByTestId("past")).toBeVisible();
  await press(page, "Back to now", "Enter", "Shift+Tab");
  await expect(page.getByTestId("past")).toHaveCount(0);
  await expect(page.locator(".cm-content")).toHaveText("kind: Pod");
});

test.describe("keys that work everywhere", () => {
  test("Ctrl-K finds whatever can be done, and runs what it does not know", async ({ playground: page }) => {
    await page.getByTestId("terminal-input").focus();
    const palette = page.getByRole("combobox", { name: "What do you want to do?" });
    // Keys come here without the time that a person takes between them: what is open, and what is closed again, is waited for.
    const opened = async () => {
      await expect(palette).toHaveCount(0);
      await page.keyboard.press("Control+k");
      await expect(palette).toBeFocused();
    };
    await opened();
    await page.keyboard.type("cordon worker-2");
    await expect(page.getByTestId("palette").getByRole("option").first()).toContainText("Cordon worker-2");
    await page.keyboard.press("Enter");
    await expect(palette).toHaveCount(0);
    await expect(page.getByTestId("terminal-output")).toContainText("node/worker-2 cordoned");

    // What is called so comes before what has the words somewhere.
    await opened();
    await page.keyboard.type("open a cluster");
    await expect(page.getByTestId("palette").getByRole("option").first()).toContainText("Open a cluster or a file");
    await page.keyboard.press("Escape");

    await opened();
    await page.keyboard.type("kubectl get ns");
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("terminal-output")).toContainText("kube-system");

    await opened();
    await page.keyboard.type("colours dark");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

    await opened();
    await page.keyboard.press("Escape");
    await expect(palette).toHaveCount(0);
  });

  test("? lists the keys, and each does what it says, unless one is typing or has switched them off", async ({ playground: page }) => {
    const map = page.getByRole("region", { name: "Nodes and pods" });
    await map.focus();
    await page.keyboard.press("?");
    await expect(page.getByTestId("keys-dialog")).toContainText("Jump to settled");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Space");
    await expect(page.getByRole("button", { name: "Start the clock" })).toBeVisible();
    await page.keyboard.press("Space");
    await page.keyboard.press("t");
    await expect(page.getByTestId("terminal-input")).toBeFocused();
    await page.keyboard.type("m?");
    await expect(page.getByTestId("terminal-input")).toHaveValue("m?");
    await page.keyboard.press("F6");
    await expect(page.getByRole("region", { name: "Lesson text" })).toBeFocused();
    await page.keyboard.press("F6");
    await expect(map).toBeFocused();

    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Keys without Ctrl" }).click();
    await map.focus();
    await page.keyboard.press("t");
    await expect(map).toBeFocused();
  });

  test("what changes is said to those who do not see it", async ({ playground: page }) => {
    const said = page.locator(".page > p[role=status]");
    await page.getByTestId("terminal-input").fill("kubectl apply -f fluentd-daemonset.yaml");
    await page.getByTestId("terminal-input").press("Enter");
    await expect(said).toContainText("fluentd: 3 of 3 ready", { timeout: 20_000 });
    await page.getByTestId("terminal-input").fill("node add worker-4");
    await page.getByTestId("terminal-input").press("Enter");
    await expect(said).toContainText("worker-4 has joined.");
  });
});
