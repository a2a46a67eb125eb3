// What can be typed at the cursor, and, by another key, what repairs the line: both in CodeMirror's list.

import { autocompletion, completionKeymap, currentCompletions, pickedCompletion, startCompletion } from "@codemirror/autocomplete";
import { Prec } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { t } from "../words.js";

/// `ask` is the page's; `repairs(state, line)` are the repairs of a line: `[{ title, run() }]`.
export function completion(ask, repairs) {
  let isRepair = false;
  /// Whether something was chosen just now behind which there is more to choose from.
  let goesOn = false;

  function source(context) {
    if (isRepair) {
      isRepair = false;
      return repairList(context);
    }
    // Unasked only where something was typed: not on every space.
    const isWanted = context.explicit || goesOn || context.matchBefore(/[\w.\-/]+$/);
    goesOn = false;
    if (!isWanted) return null;
    const { from, options } = ask({ ask: "complete", text: context.state.doc.toString(), at: context.pos });
    if (options.length === 0) return null;
    return { from, options: options.map((one, place) => option(one, place, (more) => (goesOn = more))), validFor: /^[\w.\-/:]*$/ };
  }

  function repairList(context) {
    const found = repairs(context.state, context.state.doc.lineAt(context.pos));
    if (found.length === 0) return null;
    const options = found.map(({ title, run }, place) => ({ label: title, type: "repair", boost: -place, apply: run }));
    return { from: context.pos, options, filter: false };
  }

  const repair = (view) => {
    if (repairs(view.state, view.state.doc.lineAt(view.state.selection.main.head)).length === 0) return false;
    isRepair = true;
    return startCompletion(view);
  };

  // Escape lets the next Tab out also where CodeMirror takes it for something else, as a selection; but not where it closes a list.
  const letOut = (view) => {
    if (currentCompletions(view.state).length === 0) view.setTabFocusMode(2000);
    return false;
  };

  return [
    Prec.highest(keymap.of([{ key: "Escape", run: letOut }])),
    autocompletion({ override: [source], icons: false, aboveCursor: false, activateOnCompletion: (chosen) => chosen.more === true }),
    keymap.of([{ key: "Mod-.", run: repair }, { key: "Alt-Enter", run: repair }, ...completionKeymap]),
  ];
}

/// The order is the page's: what must be given first. `chose` hears whether there is more to choose from behind it.
function option({ label, detail, info, insert, required, more }, place, chose) {
  const apply = (view, chosen, from, to) => {
    chose(more);
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      annotations: pickedCompletion.of(chosen),
      userEvent: "input.complete",
      scrollIntoView: true,
    });
  };
  return {
    label,
    detail: required ? `${detail} · ${t("required")}` : detail,
    info: info || undefined,
    boost: Math.max(-99, (required ? 20 : 10) - place / 10),
    more,
    apply,
  };
}
