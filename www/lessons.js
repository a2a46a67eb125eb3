// The lessons but the first: one file with all of them, fetched when the page is usable, or before if it begins with one of them.
//
// index.html names it: <meta name="lessons-pack">, a JSON object of file names and their Markdown.

const { content: address } = document.querySelector('meta[name="lessons-pack"]');
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

let trying;

/// Fetches the pack, again and again if it has to be; resolves to its text.
globalThis.playgroundLessons = () => (trying ??= keepTrying());

async function keepTrying() {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await fetchLessons();
    } catch (error) {
      console.warn(`The lessons did not arrive; once more in ${pause / 1000} s.`, error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/// The pack, with the lesson beside the page that `?lesson=mine.md` asks for.
export async function fetchLessons() {
  const pack = await textOf(address);
  const asked = askedFor();
  if (!asked?.endsWith(".md")) return pack;
  const text = await textOf(asked).catch(() => undefined);
  if (text === undefined) return pack;
  return JSON.stringify({ ...JSON.parse(pack), [asked]: text });
}

/// The lesson that the address asks for.
export function askedFor() {
  return new URLSearchParams(location.search).get("lesson");
}

async function textOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response.text();
}
