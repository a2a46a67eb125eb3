// What the browser keeps for a person, by key. All of this may be missing, forbidden or full; then it says so and goes on.
//
// Of several open pages one keeps the work: the one that holds the lock. What is done in another is kept apart, for that page alone,
// until the person decides (www/tabs.js): no page overwrites what another has kept. A page inside of another keeps nothing.
//
//   load(key)         the text; nothing where there is none
//   save(key, text)   says whether it is kept now; if not, what was kept before still is
//   setAside(key)     moves what cannot be read to another key; where that fails, nothing is saved over it any more

const PREFIX = "playground.v1.";
const WORK = PREFIX + "work";
/// Says, for this page alone, that its work is apart from the one that all pages share.
const APART = PREFIX + "apart";
/// What is work; the rest are choices, which belong to every page.
const IS_WORK = /^playground\.v1\.(work|mine|course|aside|opened)/;

const isInside = new URLSearchParams(location.search).has("embed");
/// Keys under which something lies that must not be lost.
const untouchable = new Set();

export const store = {
  load(key) {
    return tried(() => (isInside ? undefined : (store.isApart && sessionStorage.getItem(key)) || localStorage.getItem(key) || undefined));
  },

  save(key, text) {
    return isInside || kept(() => {
      if (untouchable.has(key)) throw new Error(`${key} could not be set aside`);
      if (store.owns || !IS_WORK.test(key)) localStorage.setItem(key, text);
      else if (store.isApart || key !== WORK || store.hasActed()) keepApart(key, text);
    });
  },

  setAside(key) {
    return kept(() => {
      untouchable.add(key);
      let number = 1;
      while (localStorage.getItem(`${PREFIX}set-aside.${number}`)) number++;
      localStorage.setItem(`${PREFIX}set-aside.${number}`, store.load(key));
      (store.isApart ? sessionStorage : localStorage).removeItem(key);
      untouchable.delete(key);
    });
  },

  /// Asks for the lock, and has it for as long as the page lives or until another page takes it.
  claim(options) {
    navigator.locks?.request(WORK, options, (lock) => {
      store.owns = Boolean(lock);
      return lock && new Promise(() => {});
    }).catch(() => {
      store.owns = false;
      store.onLost();
    });
  },

  isInside,
  /// Whether this page has a work of its own.
  isApart: tried(() => sessionStorage.getItem(APART)),
  /// What www/tabs.js and www/late.js know better.
  hasActed: () => false,
  onLost() {},
  onFailed: (problem) => (store.problem = problem),
};

/// Whether this page keeps the work that all pages share.
store.owns = !store.isApart;
if (store.owns && !isInside) store.claim({ ifAvailable: true });
globalThis.playgroundStore = store;

function keepApart(key, text) {
  sessionStorage.setItem(APART, "yes");
  sessionStorage.setItem(key, text);
  store.isApart = true;
}

/// Whether `work` could be done.
function kept(work) {
  try {
    work();
    return true;
  } catch (problem) {
    store.onFailed(problem);
    return false;
  }
}

/// What `work` gives; nothing where storage is blocked.
function tried(work) {
  try {
    return work();
  } catch {}
}
