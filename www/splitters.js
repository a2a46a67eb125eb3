// The borders between the parts of the page can be moved: with the mouse, a finger, or the arrow keys; Enter or a double click puts
// one back. The page draws them: <div role="separator" data-splits="lesson">. Where they stand is kept.

import { store } from "./store.js";

const KEPT = "playground.v1.layout";
const [LEAST, MOST, STEP] = [15, 75, 2];

/// Percent of the width or the height, by the part that is made larger.
const layout = read();
const separator = (event) => event.target.closest?.("[role=separator][data-splits]");
const property = (part) => `--${part}-share`;

export function watchSplitters() {
  for (const part of Object.keys(layout)) show(part);
  addEventListener("pointerdown", (event) => separator(event) && drag(event, separator(event)));
  addEventListener("keydown", (event) => separator(event) && press(event, separator(event)));
  addEventListener("dblclick", (event) => separator(event) && set(separator(event).dataset.splits, undefined));
  // A screen reader wants a value as soon as it is there.
  addEventListener("focusin", (event) => separator(event)?.setAttribute("aria-valuenow", Math.round(share(separator(event)))));
}

function drag(start, line) {
  start.preventDefault();
  line.setPointerCapture(start.pointerId);
  const move = ({ clientX, clientY }) => set(line.dataset.splits, percent(line, clientX, clientY));
  line.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) line.addEventListener(end, () => line.removeEventListener("pointermove", move), { once: true });
}

function press(event, line) {
  const grows = { lesson: "ArrowRight", editor: "ArrowLeft", terminal: "ArrowUp" };
  const shrinks = { lesson: "ArrowLeft", editor: "ArrowRight", terminal: "ArrowDown" };
  const part = line.dataset.splits;
  const mirrored = document.dir === "rtl" && part !== "terminal";
  const [more, less] = mirrored ? [shrinks[part], grows[part]] : [grows[part], shrinks[part]];
  const next = { [more]: share(line) + STEP, [less]: share(line) - STEP, Home: LEAST, End: MOST };
  if (event.key === "Enter") set(part, undefined);
  else if (event.key in next) set(part, next[event.key]);
  else return;
  event.preventDefault();
  line.setAttribute("aria-valuenow", Math.round(share(line)));
}

/// Where a point is, as the share of the part on its side of the border.
function percent(line, x, y) {
  const box = line.parentElement.getBoundingClientRect();
  const part = line.dataset.splits;
  if (part === "terminal") return (100 * (box.bottom - y)) / box.height;
  const fromStart = document.dir === "rtl" ? box.right - x : x - box.left;
  return (100 * (part === "lesson" ? fromStart : box.width - fromStart)) / box.width;
}

/// What the part has now.
function share(line) {
  const box = line.getBoundingClientRect();
  return percent(line, box.left + box.width / 2, box.top + box.height / 2);
}

function set(part, value) {
  if (value === undefined) delete layout[part];
  else layout[part] = Math.min(Math.max(value, LEAST), MOST);
  show(part);
  store.save(KEPT, JSON.stringify(layout));
}

function show(part) {
  const { style } = document.documentElement;
  if (part in layout) style.setProperty(property(part), `${layout[part]}%`);
  else style.removeProperty(property(part));
}

function read() {
  try {
    const kept = JSON.parse(store.load(KEPT) ?? "{}");
    const parts = ["lesson", "editor", "terminal"].filter((part) => Number.isFinite(kept[part]));
    return Object.fromEntries(parts.map((part) => [part, Math.min(Math.max(kept[part], LEAST), MOST)]));
  } catch {
    return {};
  }
}
