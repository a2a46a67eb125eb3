// The keys that a screen keyboard does not have, in a bar below the text.

import { startCompletion } from "@codemirror/autocomplete";
import { indentLess, indentMore, redo, undo } from "@codemirror/commands";
import { openSearchPanel } from "@codemirror/search";
import { runScopeHandlers, showPanel } from "@codemirror/view";

/// `tell` is the page's.
export function touchBar(tell) {
  const press = (key) => (view) => runScopeHandlers(view, new KeyboardEvent("keydown", { key }), "editor");
  const keys = [
    ["⇤", "Less indentation", indentLess],
    ["⇥", "More indentation", indentMore],
    ["↶", "Undo", undo],
    ["↷", "Redo", redo],
    ["…", "Complete", startCompletion],
    ["?", "What is this field?", press("F1")],
    ["⌕", "Find", openSearchPanel],
    ["≡", "Format", () => tell({ tell: "format" })],
  ];

  return showPanel.of((view) => {
    const dom = document.createElement("div");
    dom.className = "cm-touch-bar";
    dom.setAttribute("role", "toolbar");
    dom.setAttribute("aria-label", "Editing");
    for (const [sign, name, run] of keys) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", name);
      // The text keeps the focus, and so the screen keyboard stays.
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", () => {
        view.focus();
        run(view);
      });
      dom.append(button);
    }
    return { dom, top: false };
  });
}
