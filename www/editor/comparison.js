// What differs from another text, which cannot be edited: what would go is shown above what would come.

import { unifiedMergeView } from "@codemirror/merge";
import { Compartment } from "@codemirror/state";
import { t } from "../words.js";

export function comparison() {
  const place = new Compartment();
  const none = () => [place.reconfigure([])];
  return {
    extension: place.of([]),
    none,
    /// The effects that compare with a text; with null, no longer.
    with: (original) => (original === null ? none() : [place.reconfigure(compared(original))]),
  };
}

function compared(original) {
  return unifiedMergeView({ original, mergeControls: control, highlightChanges: true, gutter: true });
}

/// A change can be taken back, which is an edit; there is nothing to accept.
function control(type, action) {
  if (type === "accept") {
    const nothing = document.createElement("span");
    nothing.hidden = true;
    return nothing;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.name = type;
  button.className = "cm-take-back";
  button.textContent = t("Take back");
  button.addEventListener("mousedown", action);
  // By the keyboard there is a click alone.
  button.addEventListener("click", (event) => event.detail === 0 && action(event));
  return button;
}
