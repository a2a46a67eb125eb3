// Keeps the whole page in the browser, so that after one visit it works without a network, and soon with one.
//
// A file's name carries a hash of its content, so a file that is kept is right for ever. Only index.html has no such name: the
// network is asked for it first, for so long as a person would wait, and it names the files of its own version. So no two versions
// ever mix. xtask puts in which files there are, and the version: a hash of index.html.
//
// A newer version of this worker waits until no page of the older one is open, as browsers do by themselves, or until a page says
// that it is of the newer version already (www/offline.js).

const VERSION = "{{version}}";
const FILES = ["{{files}}"];
const PAGE = "./";

/// Names of caches; other pages of the same origin have theirs.
const OURS = `playground ${registration.scope} `;
const CACHE = OURS + VERSION;
/// A network that is slower counts as none.
const PATIENCE = 3000;

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(Promise.all([tidy(1), clients.claim()])));
addEventListener("message", (event) => event.waitUntil(answer(event)));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(registration.scope)) return;
  if (request.mode !== "navigate") event.respondWith(file(request));
  else if (isPage(url)) event.respondWith(page(event));
});

/// Fetches everything; what the page has fetched already comes from the browser's own cache.
async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([new Request(PAGE, { cache: "no-cache" }), ...FILES]);
}

/// The caches of other versions go when no page can need them: when no more pages are open than `pages`, and no newer worker has its own.
async function tidy(pages) {
  if (registration.installing || registration.waiting) return;
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.filter(({ url }) => url.startsWith(registration.scope)).length > pages) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  }
}

/// A page tells the files it is made of and may ask whether they are this worker's; one that wants to go on with this worker says so.
async function answer({ data, ports, source }) {
  if (!source || typeof data !== "object" || data === null) return;
  if (Array.isArray(data.files)) {
    const ours = new Set(FILES.map((name) => new URL(name, registration.scope).href));
    const isOurs = data.files.every((name) => ours.has(name));
    if (isOurs) await tidy(1);
    ports[0]?.postMessage(isOurs);
  }
  if (data.begin === true) await skipWaiting();
}

const isPage = (url) => [".", "./index.html"].some((name) => url.pathname === new URL(name, registration.scope).pathname);

async function page({ request }) {
  await tidy(0);
  const kept = () => caches.open(CACHE).then((cache) => cache.match(PAGE));
  const answered = fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([answered, late]).catch(() => undefined);
  if (first && (first.ok || first.type === "opaqueredirect")) return first;
  return (await kept()) ?? answered;
}

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
