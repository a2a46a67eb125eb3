// The borders between the parts of the page can be moved: with the mouse, a finger, or the arrow keys; Enter or a double click puts
// one back. The page draws them: <div role="separator" data-splits="lesson">. Where they stand is kept (www/layout.js).

import { setShare } from "./layout.js";

/// What an arrow key moves, in percent.
const STEP = 2;

const separator = (event) => event.target.closest?.("[role=separator][data-splits]");

export function watchSplitters() {
  addEventListener("pointerdown", (event) => separator(event) && drag(event, separator(event)));
  addEventListener("keydown", (event) => separator(event) && press(event, separator(event)));
  addEventListener("dblclick", (event) => separator(event) && setShare(separator(event).dataset.splits));
  // A screen reader wants a value as soon as it is there.
  addEventListener("focusin", (event) => separator(event)?.setAttribute("aria-valuenow", Math.round(share(separator(event)))));
}

function drag(start, line) {
  start.preventDefault();
  line.setPointerCapture(start.pointerId);
  const move = ({ clientX, clientY }) => setShare(line.dataset.splits, percent(line, clientX, clientY));
  line.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) line.addEventListener(end, () => line.removeEventListener("pointermove", move), { once: true });
}

function press(event, line) {
  const grows = { lesson: "ArrowRight", editor: "ArrowLeft", terminal: "ArrowUp" };
  const shrinks = { lesson: "ArrowLeft", editor: "ArrowRight", terminal: "ArrowDown" };
  const part = line.dataset.splits;
  const mirrored = document.dir === "rtl" && part !== "terminal";
  const [more, less] = mirrored ? [shrinks[part], grows[part]] : [grows[part], shrinks[part]];
  const next = { [more]: share(line) + STEP, [less]: share(line) - STEP, Home: 0, End: 100 };
  if (event.key === "Enter") setShare(part);
  else if (event.key in next) setShare(part, next[event.key]);
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
