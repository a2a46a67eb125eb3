// Has everything kept in the browser (www/service-worker.js), and says when a newer version of the page is there.
//
// Where there are no service workers (plain http, a file, a browser that blocks them) the page is as it was.

const ONCE_AN_HOUR = 3_600_000;
const WORKER = "./service-worker.js";

/// Registers the worker; `newer()` is called when a newer version than the page's own is ready.
export async function keepOffline(newer) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const registration = await workers.register(workerAddress()).catch(() => undefined);
  if (!registration) return;
  const look = (worker) => worker && isOther(worker).then((other) => (other ? newer() : worker.postMessage({ begin: true })));
  // A worker that begins tidies up, unless a page of an older version was open still: then it can now. One that is about to be
  // replaced is left alone: while it has something to do, the browser lets no newer one begin.
  if (registration.waiting) look(registration.waiting);
  else registration.active?.postMessage({ files: ownFiles() });
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    // The first worker of all replaces nobody.
    if (!worker || !registration.active) return;
    worker.addEventListener("statechange", () => worker.state === "installed" && look(worker));
  });
  setInterval(() => registration.update().catch(() => {}), ONCE_AN_HOUR);
}

/// The one script that is named by its address; the page's Content-Security-Policy lets this policy alone name any.
function workerAddress() {
  const policy = globalThis.trustedTypes?.createPolicy("playground", { createScriptURL: () => WORKER });
  return policy ? policy.createScriptURL(WORKER) : WORKER;
}

/// Loads the page anew, as the newer version.
export async function goOn() {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.waiting) {
    const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    registration.waiting.postMessage({ begin: true });
    await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, 2000))]);
  }
  location.reload();
}

/// Whether a worker belongs to another version than this page.
function isOther(worker) {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(!data)));
  worker.postMessage({ files: ownFiles() }, [port2]);
  return answer;
}

/// The addresses of the files that this page names.
function ownFiles() {
  const named = document.head.querySelectorAll('link[href], script[src], meta[content^="./"]');
  return [...named].map((element) => new URL(element.src || element.href || element.content, document.baseURI).href);
}
