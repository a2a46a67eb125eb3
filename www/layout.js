// Where the borders between the parts of the page stand: percent of the width or the height, by the part that is made larger. They
// are put there before anything is drawn; what moves them (www/splitters.js) comes late.

/// There is one of it, also for what comes late.
const store = () => globalThis.playgroundStore;
const KEPT = "playground.v1.layout";
const [LEAST, MOST] = [15, 75];

/// Puts all of them where they stood.
export function showLayout() {
  const layout = read();
  for (const part of Object.keys(layout)) show(part, layout[part]);
}

/// Puts one of them elsewhere, and keeps that; without a share it goes back to where it was at first.
export function setShare(part, share) {
  const within = share === undefined ? undefined : Math.min(Math.max(share, LEAST), MOST);
  show(part, within);
  // What is undefined is left out.
  store().save(KEPT, JSON.stringify({ ...read(), [part]: within }));
}

function show(part, share) {
  const { style } = document.documentElement;
  const property = `--${part}-share`;
  if (share === undefined) style.removeProperty(property);
  else style.setProperty(property, `${share}%`);
}

function read() {
  try {
    const kept = JSON.parse(store().load(KEPT) ?? "{}");
    const parts = ["lesson", "editor", "terminal"].filter((part) => kept[part] >= LEAST && kept[part] <= MOST);
    return Object.fromEntries(parts.map((part) => [part, kept[part]]));
  } catch {
    return {};
  }
}
