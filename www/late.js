// What can wait until all of the engine is there. The page asks for it then; nothing of it costs anybody a moment before. Only a page
// inside of another asks for it at once.
//
//   begin(tell)   called once; `tell(what, text)` says something to the page (src/ui/outside.rs) and returns its answer
//
// What the page's own buttons want from here they get by `playgroundDo(what)`.

import { isInside, listenToOutside } from "./embed.js";
import { watchDrops } from "./drop.js";
import style from "./late.css";
import { goOn, keepOffline } from "./offline.js";
import { lookAtTheBrowser } from "./old-browser.js";
import "./rescue.js";
import { watchSplitters } from "./splitters.js";
import { goOnHere, watchTabs } from "./tabs.js";
import { watchStorage } from "./unsaved.js";

try {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets.push(sheet);
} catch {
  // www/old-browser.js says so.
}

export function begin(tell) {
  globalThis.playgroundDo = (what) => ({ "go-on": goOn, "go-on-here": () => goOnHere(tell) })[what]();
  listenToOutside(tell);
  watchSplitters();
  if (isInside) return;
  const notice = (name) => tell("notice", name);
  lookAtTheBrowser(notice);
  watchStorage(notice);
  watchTabs(tell);
  watchDrops();
  keepOffline(() => notice("newer"));
}
