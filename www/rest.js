// The rest of the engine: the second of the two modules that a release has (xtask/src/site/split). What the page needs to begin is
// in the first.
//
// Where the first module goes on in the second stands a door. As long as the second is not there, a door calls `load`, which gets it
// and does not return before: a call through a door never fails, it may wait. In ordinary use it never does, for the second module
// is fetched as soon as the page is usable, and before that if there is work to restore.
//
// index.html names the file: <meta name="engine-rest">, without content where the engine is one module.

import { untilItArrives } from "./retry.js";

const { content: address } = document.querySelector('meta[name="engine-rest"]');

let isHere = false;
/// The first module's exports, which the second imports.
let first;
let fetched;
let trying;
let tellWhole;
let tellTried;
const whole = new Promise((resolve) => (tellWhole = resolve));

/// Resolves when the rest is there, or its first fetch has failed.
export const tried = new Promise((resolve) => (tellTried = resolve));

if (!address) arrived();

/// Fetches the rest, again and again if it has to be. Resolves when all of the engine is there.
globalThis.playgroundWhole = () => {
  trying ??= untilItArrives("The rest of the engine", complete, () => {
    tellTried();
    fetched = undefined;
  });
  return whole;
};

/// Makes the first module, by its exports, known to the second.
export function attach(engine) {
  first = engine;
}

/// Fetches the rest; resolves when all of the engine is there, rejects if it does not arrive.
export async function complete() {
  if (isHere) return;
  const module = await fetchRest();
  await WebAssembly.instantiate(module, { first });
  arrived();
}

/// Resolves to the second module, which the first call begins to fetch; to nothing where there is none.
export function fetchRest() {
  fetched ??= isHere ? Promise.resolve() : compiled();
  return fetched;
}

async function compiled() {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/// Called by a door: gets the rest while the whole page waits.
export function load() {
  if (isHere) return;
  try {
    new WebAssembly.Instance(new WebAssembly.Module(bytesNow()), { first });
  } catch (error) {
    throw new ConnectionLost("the rest of the engine did not arrive", { cause: error });
  }
  arrived();
}

/// What `load` throws when it cannot get the rest.
export class ConnectionLost extends Error {}

function arrived() {
  isHere = true;
  tellWhole();
  tellTried();
}

/// The only way to wait for a file without leaving the function. Bytes come as letters with the same low eight bits.
function bytesNow() {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`${request.status} for ${address}`);
  return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0) & 0xff);
}
