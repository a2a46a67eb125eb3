// Lines that the page points at: one that was asked for, or those that it changed. The mark goes with the next edit.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/// Marks the line at this place.
export const markedLine = StateEffect.define();

/// Marks the lines that these changes, made just before, have left.
export const marked = StateEffect.define();

const line = Decoration.line({ class: "cm-marked" });

export const marks = StateField.define({
  create: () => Decoration.none,
  update(before, transaction) {
    for (const effect of transaction.effects) {
      const { doc } = transaction.state;
      if (effect.is(markedLine)) return lines(doc, [[effect.value, effect.value]]);
      if (effect.is(marked)) return lines(doc, spans(effect.value));
    }
    return transaction.docChanged ? Decoration.none : before;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/// Where what changes have put in stands afterwards.
function spans(changes) {
  let moved = 0;
  return [...changes]
    .sort((a, b) => a.from - b.from)
    .map(({ from, to, insert }) => {
      // The end of the line before is not new.
      const lead = insert.startsWith("\n") ? 1 : 0;
      const span = [from + moved + lead, from + moved + insert.length - (insert.endsWith("\n") ? 1 : 0)];
      moved += insert.length - (to - from);
      return span;
    });
}

function lines(doc, spans) {
  const starts = new Set();
  for (const [from, to] of spans) {
    let at = doc.lineAt(Math.min(from, doc.length));
    for (;;) {
      starts.add(at.from);
      if (at.to >= Math.min(to, doc.length)) break;
      at = doc.line(at.number + 1);
    }
  }
  return Decoration.set([...starts].sort((a, b) => a - b).map((start) => line.range(start)));
}
