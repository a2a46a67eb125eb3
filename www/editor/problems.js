// What is wrong: underlined, marked in the gutter, with what repairs it.

import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";

/// `tell` is the page's.
export function problems(tell) {
  function located(doc, { line: number, column, message, severity, repairs = [] }) {
    // A line that is not there (any more) becomes the nearest one that is.
    const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
    const indentation = line.text.length - line.text.trimStart().length;
    const from = Math.min(line.from + (column ? column - 1 : indentation), line.to);
    // Where the text has changed since, the page finds the mistake again by its place.
    const actions = repairs.map((title) => ({
      name: title,
      apply(view, from) {
        const line = view.state.doc.lineAt(from);
        tell({ tell: "repair", line: line.number, column: from - line.from + 1, message, title });
      },
    }));
    return { from, to: line.to, message, severity, actions };
  }

  return {
    extension: [lintGutter(), keymap.of(lintKeymap)],
    set(view, diagnostics) {
      view.dispatch(setDiagnostics(view.state, diagnostics.map((one) => located(view.state.doc, one))));
    },
    /// What repairs a line: `[{ title, run(view) }]`.
    repairs(state, line) {
      const found = [];
      forEachDiagnostic(state, ({ actions = [] }, from) => {
        if (from < line.from || from > line.to) return;
        found.push(...actions.map(({ name, apply }) => ({ title: name, run: (view) => apply(view, from) })));
      });
      return found;
    },
  };
}
