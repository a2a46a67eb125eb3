// What a person does with the page and sees on it, in words.
import { expect } from "@playwright/test";
import { browserName } from "./browser.mjs";

/// Taps with a finger. In Firefox with the mouse, in a page that has no other pointer than fingers: WebDriver BiDi taps nothing.
export const tap = (locator) => (browserName === "firefox" ? locator.click() : locator.tap());

/// Types a command line and presses Enter. Does not wait for the command to end.
export async function type(page, line) {
  await page.getByTestId("terminal-input").pressSequentially(line);
  await page.getByTestId("terminal-input").press("Enter");
}

/// Types a command line and waits until the command has ended.
export async function run(page, line) {
  const before = await entries(page).count();
  await type(page, line);
  await expect(entries(page)).toHaveCount(before + 1);
  await idle(page);
}

/// Waits until no command runs.
export async function idle(page) {
  await expect(page.locator(".terminal-line.is-busy")).toHaveCount(0, { timeout: 30_000 });
}

/// The commands in the terminal, each with its output.
export const entries = (page) => page.getByTestId("terminal-output").locator(".entry");

/// The lines of the terminal's history that were typed, or that a button typed.
export const lines = (page) => page.getByTestId("terminal-output").locator(".entry-line");

/// All that stands in the terminal.
export const output = (page) => page.getByTestId("terminal-output").textContent();

/// The pods on the map: `name node phase`, in order.
export async function pods(page) {
  const all = await page.getByTestId("pod").evaluateAll((chips) =>
    chips.map((chip) => {
      const node = chip.closest("[data-testid=node]")?.dataset.name ?? "no node";
      return `${chip.dataset.name} ${node} ${chip.dataset.phase}`;
    }),
  );
  return all.sort();
}

/// A node's card.
export const node = (page, name) => page.locator(`[data-testid=node][data-name="${name}"]`);

/// Waits until so many pods run and no others are there.
export async function running(page, count) {
  await expect(page.locator('[data-testid=pod][data-phase="Running"]')).toHaveCount(count, { timeout: 30_000 });
  await expect(page.getByTestId("pod")).toHaveCount(count, { timeout: 30_000 });
}

/// Chooses an action of a node's menu.
export async function act(page, name, action) {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await node(page, name).locator(".menu-item", { hasText: action }).click();
}

/// The virtual time in seconds.
export async function time(page) {
  const text = await page.locator(".clock-time").textContent();
  const [, minutes, seconds] = /(?:(\d+)m )?([\d.]+)s/.exec(text);
  return Number(minutes ?? 0) * 60 + Number(seconds);
}

/// A button of the clock.
export const clock = (page, name) => page.getByTestId("clock").getByRole("button", { name, exact: true });

/// Lets the clock go at another speed: `10×`.
export const speed = (page, speed) => page.getByTestId("clock").getByLabel("Speed").selectOption(speed);

/// Lets time pass until nothing moves.
export async function settle(page) {
  await clock(page, "Jump to settled").click();
  await expect(clock(page, "Jump to settled")).not.toHaveClass(/is-on/, { timeout: 30_000 });
}

/// The text in CodeMirror; its lines are all drawn, since the file is short.
export async function editorText(page) {
  return page.locator(".cm-line").evaluateAll((all) => all.map((line) => line.textContent).join("\n"));
}

/// Every phase that each pod goes through from now on: `watched()` gives a list for each name.
export async function watchPhases(page) {
  await page.evaluate(() => {
    const seen = (window.seenPhases = {});
    const look = () => {
      for (const pod of document.querySelectorAll("[data-testid=pod]")) {
        const phases = (seen[pod.dataset.name] ??= []);
        if (phases.at(-1) !== pod.dataset.phase) phases.push(pod.dataset.phase);
      }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ["data-phase"] });
    look();
  });
  return () => page.evaluate(() => window.seenPhases);
}

/// Checks every goal of the step.
export async function goalsMet(page) {
  const goals = page.getByTestId("lesson-goal");
  await expect(goals).not.toHaveCount(0);
  for (const goal of await goals.all()) {
    await expect(goal).toHaveAttribute("data-state", "met", { timeout: 30_000 });
  }
}

/// Which step of the lesson is shown: `Step 2 of 8`.
export const step = (page) => page.locator(".lesson-step");
