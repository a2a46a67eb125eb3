// Says once that a browser lacks something the page is made with, and which browser has it. What it lacks is left out; all else works.

const NEEDED = [
  () => CSS.supports("color", "light-dark(red, red)"),
  () => HTMLDialogElement.prototype.showModal,
  () => Element.prototype.replaceChildren,
  () => CSSStyleSheet.prototype.replaceSync,
  () => window.ResizeObserver,
];

export function lookAtTheBrowser(notice) {
  if (!NEEDED.every(has)) notice("old-browser");
}

function has(feature) {
  try {
    return feature();
  } catch {
    return false;
  }
}
