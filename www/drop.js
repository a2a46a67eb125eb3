// What a person drags over the page from outside: where it can be dropped is shown for as long as it is over the page, also over a
// dialog. What becomes of it is decided by src/ui/state/own.rs.

import { t } from "./words.js";

let target;

export function watchDrops() {
  // Entering an element comes before leaving the one around it.
  let depth = 0;
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth++;
    show();
  });
  addEventListener("dragleave", (event) => {
    if (hasFiles(event) && --depth <= 0) hide();
  });
  addEventListener("drop", hide, { capture: true });
  addEventListener("dragend", hide);

  function hide() {
    depth = 0;
    target?.remove();
    target = undefined;
  }
}

const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");

/// In the dialog that is open, if one is: it lies above everything else.
function show() {
  if (target) return;
  target = Object.assign(document.createElement("div"), { className: "drop-here", textContent: t("Drop it: a cluster, a manifest, a scenario, a link or a lesson") });
  (document.querySelector("dialog[open]") ?? document.body).append(target);
}
