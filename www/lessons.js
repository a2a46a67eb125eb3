// The lessons but the first: one file with all of them, fetched when the page is usable, or before if it begins with one of them.
//
// index.html names it: <meta name="lessons-pack">, a JSON object of file names and their Markdown.

import { untilItArrives } from "./retry.js";

const { content: address } = document.querySelector('meta[name="lessons-pack"]');
let arriving;

/// Fetches the pack, again and again if it has to be; resolves to its text.
globalThis.playgroundLessons = () => (arriving ??= untilItArrives("The lessons", fetchLessons));

/// The pack, with the lesson beside the page that `?lesson=mine.md` asks for.
export async function fetchLessons() {
  const pack = await textOf(address);
  const asked = new URLSearchParams(location.search).get("lesson");
  if (!asked?.endsWith(".md")) return pack;
  const text = await textOf(asked).catch(() => undefined);
  if (text === undefined) return pack;
  return JSON.stringify({ ...JSON.parse(pack), [asked]: text });
}

async function textOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response.text();
}
