// The rest of the engine: the second of the two modules that a release has (xtask/src/site/split). What the page needs to begin is
// in the first.
//
// Where code of the first module goes on in the second stands a door. As long as the second is not there, a door calls `load`,
// which gets it at once and does not return before: a call through a door never fails, it may wait. In ordinary use it never does,
// for the second module is fetched as soon as the page is usable, and before that if there is work to restore.
//
// index.html names the file: <meta name="engine-rest">, without content where the engine is one module.

const { content: address } = document.querySelector('meta[name="engine-rest"]');

/// The first module's exports, which the second imports.
let first;
let isHere = !address;
let fetched;
let tellOthers;
const here = new Promise((resolve) => (tellOthers = resolve));
if (isHere) tellOthers();

/// What `load` throws when it cannot get the second module.
export class ConnectionLost extends Error {}

/// Resolves when all of the engine is there.
globalThis.playgroundWhole = () => here;

/// Resolves to the second module; the first call begins to fetch it.
export function fetchRest() {
  fetched ??= compiled(address);
  return fetched;
}

async function compiled(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/// Makes the engine whole, whose first module has these exports; rejects when the second does not arrive.
export async function complete(engine) {
  first = engine;
  if (isHere) return;
  const module = await fetchRest();
  await WebAssembly.instantiate(module, { first });
  arrived();
}

/// The same, again and again until it is there. Resolves after the first attempt.
export async function keepCompleting(engine, pause = 1000) {
  try {
    await complete(engine);
  } catch (error) {
    console.warn(`The rest of the engine did not arrive; once more in ${pause / 1000} s.`, error);
    fetched = undefined;
    setTimeout(() => keepCompleting(engine, Math.min(2 * pause, 60_000)), pause);
  }
}

/// Called by a door: gets the second module and lets the page wait for it.
export function load() {
  if (isHere) return;
  try {
    new WebAssembly.Instance(new WebAssembly.Module(bytesNow()), { first });
  } catch (error) {
    throw new ConnectionLost("the rest of the engine did not arrive", { cause: error });
  }
  arrived();
}

function arrived() {
  isHere = true;
  tellOthers();
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
