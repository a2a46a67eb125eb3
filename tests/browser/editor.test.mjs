// The editor's interface (www/editor.js), apart from the app: mounted into a folder of its own on the page.
import { expect, test } from "./page.mjs";

/// Mounts an editor and keeps what it calls in `window.calls`.
async function mounted(page, doc) {
  await page.evaluate(async (doc) => {
    const { mount } = await globalThis.playgroundEditor();
    const parent = document.createElement("div");
    parent.id = "editor-under-test";
    const after = document.createElement("button");
    after.id = "after";
    after.textContent = "after the editor";
    document.body.replaceChildren(parent, after);
    window.calls = [];
    window.editor = mount(parent, {
      doc,
      label: "ds.yaml",
      dark: false,
      onChange: (text) => window.calls.push(["change", text]),
      onApply: () => window.calls.push(["apply"]),
    });
  }, doc);
  return page.locator("#editor-under-test").getByTestId("editor");
}

const calls = (page) => page.evaluate(() => window.calls);

test("typing is reported, a text from the page is not", async ({ playground: page }) => {
  const editor = await mounted(page, "kind: ");
  await expect(editor).toHaveAttribute("aria-label", "ds.yaml");
  await page.evaluate(() => window.editor.setDoc("kind: Daemon"));
  await expect(editor).toContainText("kind: Daemon");
  expect(await calls(page)).toEqual([]);
  await editor.press("Control+End");
  await page.keyboard.type("S");
  await page.keyboard.press("Control+Enter");
  expect(await calls(page)).toEqual([["change", "kind: DaemonS"], ["apply"]]);
});

test("a mistake is underlined at its line, a line that is gone at the last", async ({ playground: page }) => {
  const editor = await mounted(page, "kind: DaemonSet\nspec:\n  bogus: 1\n");
  await page.evaluate(() =>
    window.editor.setDiagnostics([{ line: 3, message: 'unknown field "spec.bogus"', severity: "error" }]),
  );
  await expect(editor.locator(".cm-lintRange-error")).toHaveText("bogus: 1");
  await expect(page.locator("#editor-under-test .cm-lint-marker-error")).toHaveCount(1);
  await page.evaluate(() => window.editor.setDiagnostics([{ line: 99, message: "gone", severity: "warning" }]));
  await expect(page.locator("#editor-under-test .cm-lint-marker-warning")).toHaveCount(1);
  await page.evaluate(() => window.editor.setDiagnostics([]));
  await expect(page.locator("#editor-under-test .cm-lint-marker")).toHaveCount(0);
});

test("Tab indents, and after Escape leaves", async ({ playground: page }) => {
  const editor = await mounted(page, "a: 1");
  await editor.press("Control+Home");
  await page.keyboard.press("Tab");
  await expect(editor).toHaveText("  a: 1");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(page.locator("#after")).toBeFocused();
});

test("what is read only cannot be typed into, and goto moves the cursor", async ({ playground: page }) => {
  const editor = await mounted(page, "a: 1\nb: 2\nc: 3");
  await page.evaluate(() => {
    window.editor.setReadOnly(true);
    window.editor.focus();
    window.editor.goto(2);
  });
  await expect(page.locator("#editor-under-test .cm-activeLine")).toHaveText("b: 2");
  await page.keyboard.type("x");
  expect(await calls(page)).toEqual([]);
  await page.evaluate(() => window.editor.destroy());
  await expect(editor).toHaveCount(0);
});
