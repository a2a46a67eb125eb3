// How the editor looks, in the page's own colours.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/// Keys in the accent, values in the text's colour, comments aside.
export const syntax = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.comment, tags.meta], color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--muted)" },
  { tag: [tags.keyword, tags.labelName, tags.typeName], color: "var(--warning)" },
  { tag: tags.invalid, color: "var(--danger)" },
]);

/// `dark` tells CodeMirror which of its own defaults to take where the page has no word for something.
export function look(dark) {
  const tint = (name, percent) => `color-mix(in srgb, var(${name}) ${percent}%, transparent)`;
  const wavy = (name) => ({ backgroundImage: "none", textDecoration: `underline wavy var(${name}) 1.5px`, textUnderlineOffset: "3px" });
  const border = "1px solid var(--border)";
  return EditorView.theme(
    {
      "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)" },
      "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
      ".cm-scroller": { fontFamily: "var(--code-font)", lineHeight: "1.5" },
      ".cm-content": { caretColor: "var(--text)" },
      ".cm-cursor": { borderLeftColor: "var(--text)" },
      ".cm-gutters": { color: "var(--muted)", backgroundColor: "var(--surface)", borderRight: border },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: tint("--accent", 7) },
      ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
        backgroundColor: tint("--accent", 25),
      },
      ".cm-selectionMatch": { backgroundColor: tint("--accent", 15) },
      ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: tint("--accent", 25) },
      ".cm-lintRange-error": wavy("--danger"),
      ".cm-lintRange-warning": wavy("--warning"),
      ".cm-lintRange-info": wavy("--accent"),
      ".cm-tooltip, .cm-panels": { color: "var(--text)", backgroundColor: "var(--surface)", border },
      ".cm-diagnostic": { fontFamily: "var(--code-font)", whiteSpace: "pre-wrap", maxWidth: "70ch" },
      ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
      ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
      ".cm-panel input, .cm-panel button": {
        color: "var(--text)",
        backgroundColor: "var(--surface)",
        backgroundImage: "none",
        border,
      },
    },
    { dark },
  );
}
