// Starts the engine, and keeps the way to the editor open. All else is Rust.
//
// index.html names seven files whose names carry a hash of their content, so they are not known here:
//   <link id="engine-module">    the WebAssembly module the page begins with, already being fetched
//   <meta name="engine-rest">    the rest of it (www/rest.js), fetched when the page is usable, which then asks for it
//   <meta name="lessons-pack">   all lessons (www/lessons.js), likewise
//   <meta name="languages">      the page's words in other languages (www/language.js)
//   <meta name="map-module">     what draws the map (www/map.js), fetched when all of the engine is there
//   <meta name="editor-module">  the editor (www/editor.js), fetched when the page asks for it and the rest has had its turn
//   <meta name="late-module">    what can wait until all of the engine is there (www/late.js), fetched when it is

import init, { start } from "playground-glue";
import { attach, complete, fetchRest, tried } from "playground-rest";
import { watchEngine, WORK } from "./crash.js";
import { fetchCatalogue, language } from "./language.js";
import { showLayout } from "./layout.js";
import { fetchLessons } from "./lessons.js";
import { untilItArrives } from "./retry.js";
import { store } from "./store.js";
import { t } from "./words.js";

watchEngine();
showLayout();

const module = (name) => import(new URL(document.querySelector(`meta[name="${name}-module"]`).content, document.baseURI).href);

/// Resolves to the editor's module, `{ mount }`; rejects when it cannot be loaded (the page keeps its textarea).
globalThis.playgroundEditor = async () => {
  await tried;
  return module("editor");
};

/// Resolves to what draws the map, `{ mount }`; asked for until it arrives (the page keeps its cards).
let map;
globalThis.playgroundMap = () => (map ??= untilItArrives("The map", () => module("map")));

/// Begins what could wait; the page hears what is said by `tell(what, text)`.
globalThis.playgroundLate = async (tell) => (await untilItArrives("A part of the page", () => module("late"))).begin(tell);

// A link and saved work are replayed before the page is usable, in whichever lesson: that takes all of the engine and all lessons.
// So does another language: the part of the engine that reads its catalogue comes late.
const begun = [WORK, "playground.v1.course", "playground.v1.map"].some(store.load);
const needsAll = location.hash.length > 1 || location.search.length > 1 || begun || language !== "en";
try {
  const catalogue = fetchCatalogue();
  const lessons = needsAll ? fetchLessons() : undefined;
  if (needsAll) fetchRest();
  // What an embedded page shows is decided there.
  if (store.isInside) await module("late");
  attach(await init({ module_or_path: fetch(document.getElementById("engine-module").href) }));
  // What is begun may show what has its style there.
  if (needsAll) await Promise.all([complete(), module("late").catch(() => {})]);
  start(await lessons, await catalogue);
} catch (error) {
  sayWhatToDo(error);
}

/// The engine did not start: says so in the page, calmly.
function sayWhatToDo(error) {
  const status = document.getElementById("boot-status");
  // Without the skeleton the app has taken over, and says itself what is wrong.
  if (!status) throw error;
  const tooOld = typeof WebAssembly !== "object";
  status.textContent = tooOld
    ? t("This browser cannot run WebAssembly. A current Firefox, Chrome, Edge or Safari can.")
    : t("The cluster could not be started. Check the connection and reload the page; if it stays so, try a current Firefox, Chrome, Edge or Safari.");
  document.documentElement.dataset.ready = "failed";
  console.error(error);
}
