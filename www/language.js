// The language of the page's own words: what the address asks for (`?lang=de`), or what was chosen before, or what the browser
// prefers; English where there is no catalogue. What Kubernetes prints, and the lessons, are English.
//
// index.html names the catalogues: <meta name="languages" content="de=./de-….json …">, each a JSON object from English to the other.

import { store } from "./store.js";

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

const catalogues = new Map(
  document
    .querySelector('meta[name="languages"]')
    .content.split(" ")
    .filter(Boolean)
    .map((one) => one.split("=")),
);

/// The code of the language.
export const language = choose();

/// Marks the page as being in it, and resolves to its catalogue's text; to nothing for English, and where it does not arrive.
export async function fetchCatalogue() {
  if (!catalogues.has(language)) return undefined;
  try {
    const response = await fetch(catalogues.get(language));
    if (!response.ok) return undefined;
    const text = await response.text();
    globalThis.playgroundWords = JSON.parse(text);
    Object.assign(document.documentElement, { lang: language, dir: RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr" });
    return text;
  } catch {
    return undefined;
  }
}

function choose() {
  const asked = new URLSearchParams(location.search).get("lang") ?? store.load("playground.v1.language");
  const wanted = asked ? [asked] : navigator.languages ?? [];
  const known = (code) => code === "en" || catalogues.has(code);
  return wanted.map((tag) => tag.toLowerCase().split("-")[0]).find(known) ?? "en";
}
