// Starts the engine, and keeps the way to the editor open. All else is Rust.
//
// index.html names two files whose names carry a hash of their content, so they are not known here:
//   <link id="engine-module">    the WebAssembly module, already being fetched
//   <meta name="editor-module">  the editor (www/editor.js), fetched only when the page asks for it

import init from "playground-glue";
import { watchEngine } from "./crash.js";

watchEngine();

/// Resolves to the editor's module, `{ mount }`; rejects when it cannot be loaded (the page keeps its textarea).
globalThis.playgroundEditor = () => {
  const { content } = document.querySelector('meta[name="editor-module"]');
  return import(new URL(content, document.baseURI).href);
};

try {
  await init({ module_or_path: fetch(document.getElementById("engine-module").href) });
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
    ? "This browser cannot run WebAssembly. A current Firefox, Chrome, Edge or Safari can."
    : "The cluster could not be started. Check the connection and reload the page; if it stays so, try a current Firefox, Chrome, Edge or Safari.";
  document.documentElement.dataset.ready = "failed";
  console.error(error);
}
