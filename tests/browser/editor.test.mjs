// The editor: its interface (www/editor.js) apart from the app, mounted on its own on the page; then in the page, as a person uses it.
import AxeBuilder from "@axe-core/playwright";
import { act, editorText, run, settle, tap } from "./hands.mjs";
import { expect, open, test } from "./page.mjs";

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
      file: "ds.yaml",
      doc,
      label: "ds.yaml",
      dark: false,
      onChange: (text) => window.calls.push(["change", text]),
      onApply: () => window.calls.push(["apply"]),
      ask: (question) => JSON.stringify(JSON.parse(question).ask === "complete" ? { from: 0, options: [] } : null),
      tell: (command) => window.calls.push(["tell", JSON.parse(command)]),
    });
  }, doc);
  return page.locator("#editor-under-test").getByTestId("editor");
}

const calls = (page) => page.evaluate(() => window.calls);

test("typing is reported, a text from the page is not", async ({ playground: page }) => {
  const editor = await mounted(page, "kind: ");
  await expect(editor).toHaveAttribute("aria-label", "ds.yaml");
  await page.evaluate(() => window.editor.open({ file: "ds.yaml", text: "kind: Daemon" }));
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
  // Also where Escape is first of all for what is selected.
  await editor.press("Control+a");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(page.locator("#after")).toBeFocused();
});

test("what is read only cannot be typed into, and show moves the cursor", async ({ playground: page }) => {
  const editor = await mounted(page, "a: 1\nb: 2\nc: 3");
  await page.evaluate(() => {
    window.editor.setReadOnly(true);
    window.editor.focus();
    window.editor.show(2);
  });
  await expect(page.locator("#editor-under-test .cm-activeLine")).toHaveText("b: 2");
  await expect(page.locator("#editor-under-test .cm-marked")).toHaveText("b: 2");
  await page.keyboard.type("x");
  expect(await calls(page)).toEqual([]);
  await page.evaluate(() => window.editor.destroy());
  await expect(editor).toHaveCount(0);
});

test("each file keeps its own way back", async ({ playground: page }) => {
  const editor = await mounted(page, "a: 1");
  await editor.press("Control+End");
  await page.keyboard.type("2");
  await page.evaluate(() => window.editor.open({ file: "other.yaml", text: "b: 1" }));
  await expect(editor).toHaveText("b: 1");
  await editor.press("Control+z");
  await expect(editor).toHaveText("b: 1");
  await page.evaluate(() => window.editor.open({ file: "ds.yaml", text: "a: 12" }));
  await editor.press("Control+z");
  await expect(editor).toHaveText("a: 1");
});

const HEAD = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\nspec:\n";
const TAIL = `  selector:
    matchLabels:
      app: a
  template:
    metadata:
      labels:
        app: a
    spec:
      containers:
      - name: c
        image: registry.k8s.io/pause:3.10
`;

/// The page's editor, once it is CodeMirror.
async function editorOf(page) {
  const editor = page.locator(".cm-content");
  await expect(editor).toBeVisible({ timeout: 30_000 });
  return editor;
}

/// Pastes another text over the open file's; the cursor is at its end.
async function write(page, text) {
  const editor = await editorOf(page);
  await copy(page, text);
  await editor.press("Control+a");
  await page.keyboard.press("Control+v");
}

/// Puts a text into the clipboard as a person does. A paste event that a script makes has no text in Firefox.
async function copy(page, text) {
  await page.evaluate((text) => {
    const from = document.createElement("textarea");
    from.id = "copied-from";
    document.body.append(from);
    from.value = text;
    from.select();
  }, text);
  await page.keyboard.press("Control+c");
  await page.locator("#copied-from").evaluate((from) => from.remove());
}

/// What axe has to say of the editor and what lies over the page.
async function noViolation(page) {
  const box = new AxeBuilder({ page }).include(".editor");
  for (const part of [".cm-tooltip", "dialog"]) {
    if ((await page.locator(part).count()) > 0) box.include(part);
  }
  expect((await box.analyze()).violations).toEqual([]);
}

const options = (page) => page.locator(".cm-tooltip-autocomplete [role=option]");

test("fields, values and names are completed by the keyboard", async ({ playground: page }) => {
  await write(page, `${HEAD}  `);
  await page.keyboard.press("Control+Space");
  await expect(options(page).first()).toContainText("selector");
  await expect(options(page).first()).toContainText("required");
  await expect(page.locator(".cm-completionInfo")).toContainText("Which pods belong to this DaemonSet");
  await noViolation(page);
  await page.keyboard.type("upda");
  await expect(options(page)).toHaveCount(1);
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  // What comes next is offered at once.
  await expect(options(page).first()).toBeVisible();
  await page.keyboard.type("type");
  await expect(options(page)).toHaveCount(1);
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  await expect(options(page)).toHaveText([/OnDelete/, /RollingUpdate/]);
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  await expect.poll(() => editorText(page)).toBe(`${HEAD}  updateStrategy:\n    type: OnDelete`);
  await write(page, `${HEAD}  template:\n    spec:\n      nodeName: `);
  await page.keyboard.press("Control+Space");
  await expect(options(page).first()).toContainText("control-plane");
});

test("a field is explained on hover and by a key", async ({ playground: page }) => {
  await write(page, `${HEAD}  updateStrategy:\n    type: OnDelete\n${TAIL}`);
  const help = page.locator(".cm-help");
  await page.locator(".cm-line", { hasText: "type: OnDelete" }).locator("span").first().hover();
  await expect(help).toContainText("spec.updateStrategy.type");
  await expect(help).toContainText("default RollingUpdate");
  await page.mouse.move(0, 0);
  await expect(help).toHaveCount(0);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("F1");
  await expect(help).toContainText("containers[0].image");
  await noViolation(page);
  await page.keyboard.press("Escape");
  await expect(help).toHaveCount(0);
});

test("a mistake is repaired by a click or by a key, and that can be undone", async ({ playground: page }) => {
  const broken = `${HEAD}${TAIL}`.replace("image:", "imgae:");
  await write(page, broken);
  const repair = page.getByRole("button", { name: "Did you mean image?" });
  await repair.click();
  await expect(page.locator(".cm-marked")).toContainText("image: registry");
  await expect(page.locator(".editor-status")).toContainText("No problems");
  await page.keyboard.press("Control+z");
  await expect.poll(() => editorText(page)).toContain("imgae:");
  await expect(repair).toBeVisible();
  await noViolation(page);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Control+.");
  await expect(options(page).first()).toContainText("Did you mean image?");
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  await expect.poll(() => editorText(page)).toContain(" image:");
});

test("what is nested folds away", async ({ playground: page }) => {
  await write(page, `${HEAD}${TAIL}`);
  await page.keyboard.press("Control+Home");
  for (let line = 0; line < 4; line += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Shift+BracketLeft");
  await expect(page.locator(".cm-foldPlaceholder")).toHaveCount(1);
  await page.keyboard.press("Control+Shift+BracketRight");
  await expect(page.locator(".cm-foldPlaceholder")).toHaveCount(0);
});

test("files are opened, named anew, deleted and brought back by the keyboard", async ({ playground: page }) => {
  await editorOf(page);
  const tabs = page.getByRole("tab");
  const first = page.getByRole("tab", { name: "fluentd-daemonset.yaml" });
  await expect(first).toHaveAttribute("title", /not in the cluster yet/);
  await page.getByRole("button", { name: "New file" }).click();
  await page.keyboard.type("notes.txt");
  await page.keyboard.press("Enter");
  await expect(tabs).toHaveCount(2);
  await first.click();
  await page.keyboard.press("ArrowRight");
  const notes = page.getByRole("tab", { name: "notes.txt" });
  await expect(notes).toBeFocused();
  await expect(notes).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("F2");
  await page.keyboard.type("a.yaml");
  await page.keyboard.press("Enter");
  const renamed = page.getByRole("tab", { name: "a.yaml" });
  await expect(renamed).toBeFocused();
  await write(page, "a: 1 # kept");
  await renamed.focus();
  await page.keyboard.press("Delete");
  await expect(tabs).toHaveCount(1);
  await expect(first).toBeFocused();
  await noViolation(page);
  await page.getByRole("button", { name: "Bring it back" }).click();
  await expect(tabs).toHaveCount(2);
  await expect.poll(() => editorText(page)).toBe("a: 1 # kept");
  await page.getByRole("button", { name: "Actions for a.yaml" }).click();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.keyboard.type("fluentd-daemonset.yaml");
  await page.keyboard.press("Enter");
  await expect(page.locator(".editor-told")).toContainText("There is a file fluentd-daemonset.yaml already");
});

test("a file that gets another name keeps its way back", async ({ playground: page }) => {
  await write(page, "a: 1");
  await page.keyboard.type(" # one");
  await page.getByRole("button", { name: "Actions for fluentd-daemonset.yaml" }).click();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("other.yaml");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "other.yaml" })).toBeVisible();
  const editor = await editorOf(page);
  await editor.press("Control+z");
  await expect.poll(() => editorText(page)).not.toContain("# one");
  await editor.press("Control+z");
  await expect.poll(() => editorText(page)).toContain("apiVersion: apps/v1");
});

test("a file is compared with what is in the cluster", async ({ playground: page }) => {
  await editorOf(page);
  const compare = page.getByRole("button", { name: "Compare" });
  await compare.click();
  const words = page.getByTestId("compared");
  await expect(words).toContainText("not in the cluster yet");
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await expect(words).toContainText("Nothing differs");
  await run(page, "kubectl set image ds/fluentd fluentd=fluent/fluentd:other");
  await expect(words).toContainText("Marked is what applying the file would change");
  await expect(page.locator(".cm-deletedChunk")).toContainText("fluentd:other");
  await expect(page.getByRole("tab", { name: /changes not applied/ })).toBeVisible();
  await noViolation(page);
  await page.getByRole("button", { name: "Take back" }).click();
  await expect.poll(() => editorText(page)).toContain("fluentd:other");
  await expect(words).toContainText("Nothing differs");
  await compare.click();
  await expect(words).toHaveCount(0);
});

test("a text is tidied; what is no YAML stays and says why", async ({ playground: page }) => {
  await write(page, "a:\n      - b:   1 # one");
  await page.keyboard.press("Shift+Alt+F");
  await expect.poll(() => editorText(page)).toBe("a:\n- b: 1 # one\n");
  await page.keyboard.press("Control+z");
  await expect.poll(() => editorText(page)).toBe("a:\n      - b:   1 # one");
  await write(page, "a: [");
  await page.getByRole("button", { name: "Format" }).click();
  await expect(page.locator(".editor-told")).toContainText("Nothing was changed");
  await expect.poll(() => editorText(page)).toBe("a: [");
});

test("why leads to the line, and can change it", async ({ playground: page }) => {
  await write(page, `${HEAD}${TAIL}`.replace("      containers:", "      nodeSelector:\n        disktype: ssd\n      containers:"));
  await run(page, "kubectl apply -f fluentd-daemonset.yaml");
  await settle(page);
  await act(page, "worker-1", "ds/a");
  const why = page.getByTestId("why");
  const check = why.locator(".check", { hasText: "disktype=ssd" });
  await noViolation(page);
  await check.getByRole("button", { name: "Show" }).click();
  await expect(why).toHaveCount(0);
  await expect(page.locator(".cm-marked")).toHaveText(/disktype: ssd/);
  await act(page, "worker-1", "ds/a");
  const before = await page.getByTestId("terminal-output").textContent();
  await check.getByRole("button", { name: "Edit it" }).click();
  await expect(why).toHaveCount(0);
  await expect.poll(() => editorText(page)).not.toContain("nodeSelector");
  expect(await page.getByTestId("terminal-output").textContent()).toBe(before);
  await page.keyboard.press("Control+z");
  await expect.poll(() => editorText(page)).toContain("nodeSelector");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a bar has the keys that the screen keyboard lacks", async ({ page }) => {
    await open(page);
    await tap(page.getByRole("button", { name: "Editor", exact: true }));
    const editor = await editorOf(page);
    expect(await editor.evaluate((element) => parseFloat(getComputedStyle(element).fontSize))).toBeGreaterThanOrEqual(16);
    await expect(editor).toHaveAttribute("autocapitalize", "off");
    const bar = page.getByRole("toolbar", { name: "Editing" });
    await tap(editor);
    const before = await editorText(page);
    await tap(bar.getByRole("button", { name: "More indentation" }));
    await expect.poll(() => editorText(page)).not.toBe(before);
    await tap(bar.getByRole("button", { name: "Undo" }));
    await expect.poll(() => editorText(page)).toBe(before);
    await noViolation(page);
  });

  test("problems that appear do not hide the line that is written", async ({ page }) => {
    await open(page);
    await tap(page.getByRole("button", { name: "Editor", exact: true }));
    const editor = await editorOf(page);
    const line = editor.locator(".cm-line").nth(14);
    await line.scrollIntoViewIfNeeded();
    await tap(line);
    await page.keyboard.press("Home");
    await page.keyboard.type("x: [\n");
    await expect(page.locator(".problem").first()).toBeVisible();
    await expect(page.locator(".cm-activeLine")).toBeInViewport({ ratio: 0.9 });
    const [active, area] = [await page.locator(".cm-activeLine").boundingBox(), await page.locator(".cm-editor").boundingBox()];
    expect(active.y + active.height).toBeLessThanOrEqual(area.y + area.height);
  });
});
