// On the page that is shown when the engine has broken (www/crash.js): the work to take along, as a link and as a file.

import { t } from "./words.js";

const { playgroundStore: store } = globalThis;

globalThis.playgroundRescue = (place) => {
  const work = store.load("playground.v1.work")?.split("\n")[0];
  if (!work) return;
  const link = location.origin + location.pathname + work;
  place.append(button(t("Copy a link to the work"), (event) => copy(link, event.target)), file(link));
};

function button(textContent, onclick) {
  return Object.assign(document.createElement("button"), { className: "button", textContent, onclick });
}

function file(link) {
  const href = `data:text/plain;charset=utf-8,${encodeURIComponent(link)}`;
  return Object.assign(document.createElement("a"), { className: "button", textContent: t("Save it as a file"), href, download: "daemonset-playground.txt" });
}

/// Without a clipboard the link stands in a box, to be copied by hand.
async function copy(link, button) {
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = t("Copied");
  } catch {
    const box = Object.assign(document.createElement("input"), { className: "input is-code", readOnly: true, value: link, ariaLabel: t("Link to the work") });
    button.replaceWith(box);
    box.select();
  }
}
