// The editor: CodeMirror 6 behind a small interface. Loaded after the page is usable; until then a textarea does.
//
//   mount(parent, { file, doc, label, dark, onChange(text), onApply(), ask(question), tell(command) }) -> handle
//
//   handle.open({ file, text, renamed })
//                                  another file, or another text of the same one; no onChange for it. Each file keeps its own
//                                  cursor and its own way back (undo), also where it only has another name now (`renamed`)
//   handle.setDiagnostics([{ line, column?, message, severity, repairs: [title] }])
//                                  1-based; severity "error" | "warning" | "info"; underlined and marked in the gutter
//   handle.setReadOnly(readOnly)
//   handle.setDark(dark)
//   handle.focus()
//   handle.show(line)              puts the cursor there, shows it and marks the line
//   handle.edit([{ from, to, insert }])
//                                  as if typed: can be undone, comes back by onChange; what is new is shown and marked
//   handle.replace(text)           the same for a whole text of which little is different
//   handle.compare(original)       marks what differs from this text, null: no longer
//   handle.destroy()
//
// onChange comes with every edit of the person, onApply with Ctrl-Enter (Cmd-Enter on a Mac).
//
// What manifests are, this knows nothing of: it asks. `ask` takes a question and gives an answer, both JSON; places are counted as
// JavaScript counts letters.
//
//   { ask: "complete", text, at }  { from, options: [{ label, detail, info, insert, required, more }] }
//   { ask: "help", text, at }      null or { from, to, path, type, required, default, values, text }
//
// `tell` says what the person wants of the page:
//
//   { tell: "format" }             the text tidied, by handle.replace
//   { tell: "repair", line, column, message, title }
//                                  a diagnostic's repair, by handle.edit
//   { tell: "compare" }            compare, or no longer
//
// Colours are the page's own custom properties: --surface --text --muted --accent --danger --warning --success --border --code-font.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { diff } from "@codemirror/merge";
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
import { comparison } from "./editor/comparison.js";
import { completion } from "./editor/completion.js";
import { help } from "./editor/help.js";
import { look, syntax } from "./editor/look.js";
import { marks, marked, markedLine } from "./editor/marks.js";
import { problems } from "./editor/problems.js";
import { phrases } from "./editor/phrases.js";
import { touchBar } from "./editor/touch-bar.js";
import { t } from "./words.js";

const keys = () =>
  t("Ctrl-Enter applies the file. Ctrl-Space completes, F1 or Alt-H explains the field, Ctrl-period repairs a problem, Shift-Alt-F formats, Ctrl-Shift-[ folds. Tab indents; to leave the editor with Tab, press Escape first.");

/// Marks a change that the page made, not the person.
const fromPage = Annotation.define();

/// On a touch screen the system draws the selection, with its handles.
const isTouch = matchMedia("(pointer: coarse)").matches;

export function mount(parent, { file, doc, label, dark, onChange, onApply, ask, tell }) {
  const readOnly = new Compartment();
  const theme = new Compartment();
  const asked = (question) => JSON.parse(ask(JSON.stringify(question)));
  const told = (command) => {
    tell(JSON.stringify(command));
    return true;
  };
  const apply = () => {
    onApply();
    return true;
  };
  const lint = problems(told);
  const compared = comparison();
  const extensions = [
    lineNumbers(),
    lint.extension,
    codeFolding({ placeholderText: "…" }),
    foldGutter({ openText: "⌄", closedText: "›" }),
    history(),
    isTouch ? [] : drawSelection(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    bracketMatching(),
    closeBrackets(),
    yaml(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    syntaxHighlighting(syntax),
    EditorState.phrases.of(phrases()),
    search({ top: true }),
    completion(asked, lint.repairs),
    help(asked),
    marks,
    compared.extension,
    isTouch ? touchBar(told) : [],
    theme.of(look(dark)),
    readOnly.of(EditorState.readOnly.of(false)),
    EditorView.contentAttributes.of({
      "aria-label": label,
      "aria-description": keys(),
      "data-testid": "editor",
      tabindex: "0",
      autocapitalize: "off",
      "data-gramm": "false",
    }),
    // CodeMirror lets the next Tab through after Escape, so the keyboard is never caught here.
    keymap.of([
      { key: "Mod-Enter", run: apply },
      // On a Mac, Mod is Cmd; Ctrl-Enter works there as well.
      { key: "Ctrl-Enter", run: apply },
      { key: "Shift-Alt-f", run: () => told({ tell: "format" }) },
      { key: "Tab", run: indentMore, shift: indentLess },
      ...closeBracketsKeymap,
      ...foldKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      const byPerson = !update.transactions.some((transaction) => transaction.annotation(fromPage));
      if (update.docChanged && byPerson) onChange(update.state.doc.toString());
    }),
  ];
  const begun = (text) => EditorState.create({ doc: text, extensions });
  const view = new EditorView({ parent, state: begun(doc) });
  /// What the files that are not shown look like: text, cursor, way back.
  const others = new Map();
  let shown = file;

  // What appears below (problems, a keyboard on the screen) does not hide the place where somebody types.
  let height = 0;
  const resized = new ResizeObserver(() => {
    const box = view.dom.getBoundingClientRect();
    const cursor = view.coordsAtPos(view.state.selection.main.head);
    const was = box.top + height;
    if (view.hasFocus && cursor && cursor.top >= box.top && cursor.top < was && cursor.bottom > box.bottom) {
      view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main.head, { yMargin: 8 }) });
    }
    height = box.height;
  });
  resized.observe(view.dom);

  function edit(changes) {
    view.dispatch({ changes, userEvent: "input.repair", scrollIntoView: true });
    view.focus();
  }

  return {
    open({ file, text, renamed }) {
      if (file !== shown && renamed) {
        others.delete(file);
        shown = file;
      } else if (file !== shown) {
        others.set(shown, view.state);
        shown = file;
        const { state } = view;
        view.setState(others.get(file) ?? begun(text));
        others.delete(file);
        // What is true of the page is true of every file.
        view.dispatch({
          effects: [
            readOnly.reconfigure(readOnly.get(state)),
            theme.reconfigure(theme.get(state)),
            ...compared.none(),
          ],
        });
      }
      const { doc } = view.state;
      if (doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, annotations: fromPage.of(true) });
    },
    setDiagnostics(diagnostics) {
      lint.set(view, diagnostics);
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
    show(number) {
      const { doc } = view.state;
      // A line that is not there (any more) becomes the nearest one that is.
      const { from } = doc.line(Math.min(Math.max(number, 1), doc.lines));
      const effects = [EditorView.scrollIntoView(from, { y: "center" }), markedLine.of(from)];
      view.dispatch({ selection: { anchor: from }, effects });
      view.focus();
    },
    edit(changes) {
      if (changes.length === 0) return;
      const first = Math.min(...changes.map((change) => change.from));
      edit(changes);
      view.dispatch({
        selection: { anchor: Math.min(first, view.state.doc.length) },
        effects: [EditorView.scrollIntoView(first, { y: "center" }), marked.of(changes)],
      });
    },
    replace(text) {
      const before = view.state.doc.toString();
      if (before === text) return;
      edit(diff(before, text).map(({ fromA, toA, fromB, toB }) => ({ from: fromA, to: toA, insert: text.slice(fromB, toB) })));
    },
    compare(original) {
      view.dispatch({ effects: compared.with(original) });
    },
    destroy() {
      resized.disconnect();
      view.destroy();
    },
  };
}
