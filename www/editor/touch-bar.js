// The keys that a screen keyboard does not have, in a bar below the text.

import { startCompletion } from "@codemirror/autocomplete";
import { indentLess, indentMore, redo, undo } from "@codemirror/commands";
import { openSearchPanel } from "@codemirror/search";
import { runScopeHandlers, showPanel } from "@codemirror/view";
import { t } from "../words.js";

/// `tell` is the page's.
export function touchBar(tell) {
  const press = (key) => (view) => runScopeHandlers(view, new KeyboardEvent("keydown", { key }), "editor");
  const keys = [
    ["⇤", t("Less indentation"), indentLess],
    ["⇥", t("More indentation"), indentMore],
    ["↶", t("Undo"), undo],
    ["↷", t("Redo"), redo],
    ["…", t("Complete"), startCompletion],
    ["?", t("What is this field?"), press("F1")],
    ["⌕", t("Find"), openSearchPanel],
    ["≡", t("Format"), () => tell({ tell: "format" })],
  ];

  return showPanel.of((view) => {
    const dom = document.createElement("div");
    dom.className = "cm-touch-bar";
    dom.setAttribute("role", "toolbar");
    dom.setAttribute("aria-label", t("Editing"));
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
