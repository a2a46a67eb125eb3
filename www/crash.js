// When the engine breaks: a calm page with a way back. The engine cannot be asked for anything any more, so this is not Rust.

/// The key under which src/ui/app.rs saves what a person is doing, and where a save is put that may be what broke it.
const SAVED = "playground.v1.work";
const SET_ASIDE = "playground.v1.set-aside";

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
  if (!broken || hasFailed()) return;
  document.documentElement.dataset.ready = "failed";
  document.body.replaceChildren(page(String(error?.stack ?? error)));
}

function page(report) {
  const again = element("button", { className: "button is-primary", textContent: "Reload", onclick: () => location.reload() });
  const anew = element("button", { className: "button", textContent: "Begin anew", onclick: beginAnew });
  const main = element("main", { className: "crash" }, [
    element("h1", { textContent: "Something broke" }),
    element("p", {
      textContent:
        "Your work was saved a moment before. Reload the page to go on from there; if it breaks again, begin anew: your work is set aside, not deleted.",
    }),
    element("p", { className: "crash-row" }, [again, anew]),
    element("details", { className: "hint" }, [
      element("summary", { textContent: "What to put into a report" }),
      element("pre", { className: "code", textContent: report }),
    ]),
  ]);
  main.setAttribute("role", "alert");
  return main;
}

/// What was saved may be what breaks the page: it is kept under another name.
function beginAnew() {
  try {
    const saved = localStorage.getItem(SAVED);
    if (saved) localStorage.setItem(SET_ASIDE, saved);
    localStorage.removeItem(SAVED);
  } catch {
    // Storage is blocked: then nothing was saved either.
  }
  location.assign(location.pathname + location.search);
}

function element(name, properties, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
