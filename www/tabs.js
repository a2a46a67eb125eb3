// Of several open pages one keeps the work (www/store.js). Here the others say so, and one can take it over.

const { playgroundStore: store } = globalThis;
const PREFIX = "playground.v1.";
const [WORK, MINE, COURSE, APART] = ["work", "mine", "course", "apart"].map((name) => PREFIX + name);
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/// Watches who keeps the work, and says by `tell` what the person should know.
export async function watchTabs(tell) {
  let before = tell("done", "");
  store.hasActed = () => tell("done", "") !== before;
  store.onLost = () => {
    before = tell("done", "");
    tell("notice", "moved");
  };
  // Without locks a page notices that another has saved; from then on it saves no more itself.
  if (!navigator.locks) addEventListener("storage", ({ key }) => key === WORK && store.owns && lose());
  if (!store.owns && !store.isApart) {
    // A page that is just being left may have had the lock.
    store.claim({ ifAvailable: true });
    await pause(300);
  }
  if (!store.owns) tell("notice", store.isApart ? "apart" : "second");
}

function lose() {
  store.owns = false;
  store.onLost();
}

/// From now on this page keeps the work: as it is here if something was done here, else as the other page kept it last.
export async function goOnHere(tell) {
  const acted = store.isApart || store.hasActed();
  store.claim({ steal: true });
  while (navigator.locks && !store.owns) await pause(20);
  store.owns = true;
  if (acted) await bringOver(tell);
  else store.save = () => true;
  location.reload();
}

/// What was kept apart becomes what is kept; what was kept before waits as one's own work from before.
async function bringOver(tell) {
  store.isApart = undefined;
  const theirs = localStorage.getItem(WORK);
  if (theirs && !waits(theirs)) store.setAside(WORK);
  tell("merge", localStorage.getItem(COURSE) ?? "");
  for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))) {
    const text = sessionStorage.getItem(key);
    if (![WORK, COURSE, APART].includes(key) && !(key.startsWith(MINE) && waits(text))) localStorage.setItem(key, text);
    sessionStorage.removeItem(key);
  }
  tell("persist", "");
  await pause(100);
}

/// Puts a work beside those that wait (src/ui/shelf.rs). Says whether there was a place for it.
function waits(work) {
  const places = Array.from({ length: 20 }, (_, place) => (place === 0 ? MINE : `${MINE}.${place}`));
  const free = places.find((key) => !localStorage.getItem(key));
  if (free) localStorage.setItem(free, work);
  return Boolean(free);
}
