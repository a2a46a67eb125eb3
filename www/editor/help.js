// What a field is: on hover, and for the keyboard with F1 or Alt-H at the cursor.

import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showTooltip } from "@codemirror/view";
import { fill, t } from "../words.js";

const shown = StateEffect.define();

/// `ask` is the page's.
export function help(ask) {
  const at = (state, place) => ask({ ask: "help", text: state.doc.toString(), at: place });

  const atCursor = StateField.define({
    create: () => null,
    update(before, transaction) {
      for (const effect of transaction.effects) if (effect.is(shown)) return effect.value;
      return transaction.docChanged || transaction.selection ? null : before;
    },
    provide: (field) => showTooltip.from(field),
  });

  const open = (view) => {
    const found = at(view.state, view.state.selection.main.head);
    const words = found ? spoken(found) : t("There is no help on this line: it is no field of a kind the playground knows.");
    const tooltip = found ? tip(found, found.from) : null;
    view.dispatch({ effects: [shown.of(tooltip), EditorView.announce.of(words)] });
    return true;
  };
  const close = (view) => {
    if (!view.state.field(atCursor)) return false;
    view.dispatch({ effects: shown.of(null) });
    return true;
  };

  return [
    atCursor,
    hoverTooltip((view, place) => {
      const found = at(view.state, place);
      return found && found.from <= place && place <= found.to ? { ...tip(found, found.from), end: found.to } : null;
    }),
    keymap.of([
      { key: "F1", run: open },
      { key: "Alt-h", run: open },
      { key: "Escape", run: close },
    ]),
  ];
}

function tip(found, pos) {
  return { pos, above: true, create: () => ({ dom: draw(found) }) };
}

function facts({ type, required, default: value, values }) {
  return [
    type,
    required ? t("required") : t("optional"),
    value && fill("default {0}", value),
    values.length > 0 && fill("one of {0}", values.join(", ")),
  ].filter(Boolean);
}

function spoken(found) {
  return [found.path, ...facts(found), found.text].join(". ");
}

function draw(found) {
  const box = document.createElement("div");
  box.className = "cm-help";
  box.append(part("code", "cm-help-path", found.path));
  box.append(part("p", "cm-help-facts", facts(found).join(" · ")));
  if (found.text) box.append(part("p", "cm-help-text", found.text));
  return box;
}

function part(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
