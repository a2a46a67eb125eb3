// The editor: CodeMirror 6 behind a small interface. Loaded after the page is usable; until then a textarea does.
//
//   mount(parent, { doc, label, dark, onChange(text), onApply() }) -> handle
//
//   handle.setDoc(text)            another text; no onChange for it; the same text changes nothing
//   handle.setDiagnostics([{ line, column?, message, severity }])
//                                  1-based; severity "error" | "warning" | "info"; underlined and marked in the gutter
//   handle.setReadOnly(readOnly)
//   handle.setDark(dark)
//   handle.focus()
//   handle.goto(line)              puts the cursor there and shows it
//   handle.destroy()
//
// onChange comes with every edit of the person, onApply with Ctrl-Enter (Cmd-Enter on a Mac).
// Colours are the page's own custom properties: --surface --text --muted --accent --danger --warning --border --code-font.

import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import "./editor/style.js";
import { look, syntax } from "./editor/look.js";

const KEYS = "Ctrl-Enter applies the file. Tab indents; to leave the editor with Tab, press Escape first.";

/// Marks a change that the page made, not the person.
const fromPage = Annotation.define();

export function mount(parent, { doc, label, dark, onChange, onApply }) {
  const readOnly = new Compartment();
  const theme = new Compartment();
  const apply = () => {
    onApply();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        bracketMatching(),
        yaml(),
        indentUnit.of("  "),
        EditorState.tabSize.of(2),
        syntaxHighlighting(syntax),
        search({ top: true }),
        theme.of(look(dark)),
        readOnly.of(EditorState.readOnly.of(false)),
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-description": KEYS,
          "data-testid": "editor",
          tabindex: "0",
          "data-gramm": "false",
        }),
        // CodeMirror lets the next Tab through after Escape, so the keyboard is never caught here.
        keymap.of([
          { key: "Mod-Enter", run: apply },
          // On a Mac, Mod is Cmd; Ctrl-Enter works there as well.
          { key: "Ctrl-Enter", run: apply },
          { key: "Tab", run: indentMore, shift: indentLess },
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          const byPerson = !update.transactions.some((transaction) => transaction.annotation(fromPage));
          if (update.docChanged && byPerson) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });

  return {
    setDoc(text) {
      const { doc } = view.state;
      if (doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, annotations: fromPage.of(true) });
    },
    setDiagnostics(diagnostics) {
      view.dispatch(setDiagnostics(view.state, diagnostics.map((one) => located(view.state.doc, one))));
    },
    setReadOnly(value) {
      view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(value)) });
    },
    setDark(value) {
      view.dispatch({ effects: theme.reconfigure(look(value)) });
    },
    focus() {
      view.focus();
    },
    goto(number) {
      const { from } = lineAt(view.state.doc, number);
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    },
    destroy() {
      view.destroy();
    },
  };
}

/// A line that is not there (any more) becomes the nearest one that is.
function lineAt(doc, number) {
  return doc.line(Math.min(Math.max(number, 1), doc.lines));
}

/// From the column, or from the first character that is not white space, to the end of the line.
function located(doc, { line: number, column, message, severity }) {
  const line = lineAt(doc, number);
  const indentation = line.text.length - line.text.trimStart().length;
  const offset = column ? column - 1 : indentation;
  const from = Math.min(line.from + offset, line.to);
  return { from, to: line.to, message, severity };
}
