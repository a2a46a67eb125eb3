// When the engine breaks: a calm page with a way back. The engine cannot be asked for anything any more, so this is not Rust.

import { ConnectionLost } from "playground-rest";
import { store } from "./store.js";
import { later, t } from "./words.js";

/// The key under which src/ui/app.rs saves what a person is doing.
export const WORK = "playground.v1.work";

const BROKEN = {
  title: later("Something broke"),
  text: later("Your work was saved a moment before. Reload the page to go on from there; if it breaks again, begin anew: your work is set aside, not deleted."),
};
const LOST = {
  title: later("The connection was lost"),
  text: later("A part of the playground had not arrived yet. Your work was saved a moment before: reload the page when you are connected again, and go on from there."),
};

/// From now on a trap of the engine (a panic, an endless recursion, no memory left) shows that page, once.
export function watchEngine() {
  addEventListener("error", ({ error }) => trapped(error));
  addEventListener("unhandledrejection", ({ reason }) => trapped(reason));
  // Where only a part of the engine broke, the rest must not save what broke it once more while the page is left.
  for (const leaving of ["pagehide", "visibilitychange"]) {
    addEventListener(leaving, (event) => hasFailed() && event.stopImmediatePropagation(), { capture: true });
  }
}

const hasFailed = () => document.documentElement.dataset.ready === "failed";

function trapped(error) {
  const broken = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  const words = error instanceof ConnectionLost ? LOST : BROKEN;
  if (!(broken || words === LOST) || hasFailed()) return;
  document.documentElement.dataset.ready = "failed";
  document.body.replaceChildren(page(words, String(error?.stack ?? error)));
}

function page({ title, text }, report) {
  const again = element("button", { className: "button is-primary", textContent: t("Reload"), onclick: () => location.reload() });
  const anew = element("button", { className: "button", textContent: t("Begin anew"), onclick: beginAnew });
  const rescue = element("p", { className: "crash-row" });
  const main = element("main", { className: "crash" }, [
    element("h1", { textContent: t(title) }),
    element("p", { textContent: t(text) }),
    element("p", { className: "crash-row" }, [again, anew]),
    rescue,
    element("details", { className: "hint" }, [
      element("summary", { textContent: t("What to put into a report") }),
      element("pre", { className: "code", textContent: report }),
    ]),
  ]);
  main.setAttribute("role", "alert");
  globalThis.playgroundRescue?.(rescue);
  return main;
}

/// What was saved may be what breaks the page: it is kept under another name. Without room for that the page begins with it once more.
function beginAnew() {
  store.setAside(WORK);
  location.assign(location.pathname + location.search);
}

function element(name, properties, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
