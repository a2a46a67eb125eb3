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
      ".cm-marked": { backgroundColor: tint("--warning", 22), boxShadow: "inset 3px 0 0 var(--warning)" },
      ".cm-foldGutter span": { cursor: "pointer" },
      ".cm-foldPlaceholder": { color: "var(--muted)", backgroundColor: tint("--accent", 12), border },
      ".cm-tooltip": { borderRadius: "6px", boxShadow: "0 6px 20px rgb(0 0 0 / 0.25)" },
      ".cm-tooltip-autocomplete ul": { fontFamily: "var(--code-font)" },
      ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--text)", backgroundColor: tint("--accent", 25) },
      ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--text)" },
      ".cm-completionDetail": { marginLeft: "1em", color: "var(--muted)", fontStyle: "normal" },
      ".cm-completionMatchedText": { color: "var(--accent)", textDecoration: "none", fontWeight: "600" },
      ".cm-tooltip .cm-completionInfo": { maxWidth: "36ch", padding: "8px 10px", fontFamily: "var(--text-font)" },
      ".cm-help": { maxWidth: "52ch", padding: "8px 10px" },
      ".cm-help p": { margin: "4px 0 0" },
      ".cm-help-path": { color: "var(--accent)", overflowWrap: "anywhere" },
      ".cm-help-facts": { color: "var(--muted)" },
      ".cm-changedLine": { backgroundColor: tint("--success", 9) },
      ".cm-changedText, .cm-insertedLine": { background: tint("--success", 12), textDecoration: "none" },
      ".cm-deletedChunk": { paddingLeft: "6px", backgroundColor: tint("--danger", 8) },
      ".cm-deletedText": { background: tint("--danger", 12), textDecoration: "none" },
      ".cm-changedLineGutter": { background: "var(--success)" },
      ".cm-deletedLineGutter": { background: "var(--danger)" },
      ".cm-chunkButtons": { right: "6px" },
      ".cm-take-back": {
        padding: "0 8px",
        color: "var(--text) !important",
        backgroundColor: "var(--surface) !important",
        border: "1px solid var(--border) !important",
        borderRadius: "4px",
        cursor: "pointer",
      },
      ".cm-diagnosticAction": { color: "var(--text)", backgroundColor: tint("--accent", 18), border, borderRadius: "4px" },
      ".cm-tooltip, .cm-panels": { color: "var(--text)", backgroundColor: "var(--surface)", border },
      ".cm-diagnostic": { fontFamily: "var(--code-font)", whiteSpace: "pre-wrap", maxWidth: "70ch" },
      ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
      ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
      ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "4px 6px", padding: "6px 34px 6px 8px", fontSize: "13px" },
      ".cm-panel.cm-search br": { flexBasis: "100%", height: 0, content: "''" },
      ".cm-search input, .cm-search button, .cm-search label": { margin: 0, fontSize: "inherit" },
      ".cm-panel.cm-search .cm-textfield": { margin: 0, flex: "1 1 11em", minWidth: 0, height: "28px", padding: "0 8px", borderRadius: "6px" },
      ".cm-panel.cm-search .cm-button": { margin: 0, minHeight: "28px", padding: "0 9px", borderRadius: "6px", fontFamily: "var(--text-font)", cursor: "pointer" },
      ".cm-panel.cm-search .cm-button:hover": { backgroundColor: "var(--surface-2)" },
      ".cm-panel.cm-search label": { margin: 0, fontSize: "13px", display: "inline-flex", alignItems: "center", gap: "5px", minHeight: "28px", fontFamily: "var(--text-font)" },
      ".cm-panel.cm-search input[type=checkbox]": { margin: 0, width: "16px", height: "16px", accentColor: "var(--accent)" },
      ".cm-panel.cm-search [name=close]": { top: "4px", right: "4px", width: "28px", height: "28px", border: "none", fontSize: "18px", color: "var(--muted)", cursor: "pointer" },
      ".cm-search input:focus-visible, .cm-search button:focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
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
