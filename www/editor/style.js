// The page's Content-Security-Policy allows no inline style, and CodeMirror puts a <style> into the document.
// The same rules as a constructed style sheet are allowed: importing this module makes CodeMirror do so.

import { StyleModule } from "style-mod";

/// Document or shadow root → its sheet and the modules in it, in order.
const mounted = new WeakMap();

/// As style-mod's own: a later module takes precedence, and what is already mounted moves to where it is asked for.
StyleModule.mount = (root, modules) => {
  const { sheet, modules: before } = mounted.get(root) ?? adopt(root);
  const wanted = [modules].flat();
  const after = [...before.filter((module) => !wanted.includes(module)), ...wanted];
  if (after.length === before.length && after.every((module, index) => module === before[index])) return;
  sheet.replaceSync(after.map((module) => module.getRules()).join("\n"));
  mounted.set(root, { sheet, modules: after });
};

function adopt(root) {
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets.push(sheet);
  return { sheet, modules: [] };
}
