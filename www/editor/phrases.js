// CodeMirror's own words in the language of the page.

import { later, t } from "../words.js";

/// As CodeMirror asks for them (https://codemirror.net/examples/translate/).
const PHRASES = [
  later("Find"),
  later("Replace"),
  later("next"),
  later("previous"),
  later("all"),
  later("match case"),
  later("regexp"),
  later("by word"),
  later("replace"),
  later("replace all"),
  later("close"),
  later("Go to line"),
  later("go"),
  later("current match"),
  later("on line"),
  later("replaced $ matches"),
  later("replaced match on line $"),
  later("Diagnostics"),
  later("No diagnostics"),
  later("Completions"),
  later("Folded lines"),
  later("Unfolded lines"),
  later("to"),
  later("folded code"),
  later("unfold"),
  later("Fold line"),
  later("Unfold line"),
  later("Selection deleted"),
  later("Control character"),
];

export const phrases = () => Object.fromEntries(PHRASES.map((english) => [english, t(english)]));
