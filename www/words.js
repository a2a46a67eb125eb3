// The words of the page's JavaScript in the language of the page. They stand in English where they are used; www/language.js puts
// the catalogue where the modules that come later find it, too.

/// Words in the language of the page; the English ones where there are no others.
export const t = (english) => globalThis.playgroundWords?.[english] ?? english;

/// The same with values in the places of `{0}`, `{1}` …
export const fill = (english, ...values) => t(english).replace(/\{(\d)\}/g, (_, index) => values[index]);

/// English words that `t` gets from a table later: tests/words.rs finds them by this.
export const later = (english) => english;
