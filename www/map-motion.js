// Movement of the cards: what goes shrinks away, what moves glides, a node that joins makes room. The page itself is right at once:
// only what is drawn over it moves, and nothing does for whoever wants less motion.

const TIME = { duration: 220, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" };
/// With more cards than this nothing moves.
const MOST = 130;
const CARDS = ".nodes > .node";
const PODS = ".pods > .pod:not(.is-empty)";

/// Watches the cards in the scrolling part of the map, for as long as the page lives.
export function watchCards(scroll) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let places = measured(scroll);
  const remember = () => (places = measured(scroll));
  new ResizeObserver(remember).observe(scroll);
  new MutationObserver((records) => {
    const before = places;
    if (records.every(({ target }) => target.closest(".cells, .open-node, table, .menu"))) return;
    remember();
    if (calm.matches || places.size === 0 || before.size === 0 || scroll.querySelectorAll(CARDS).length > MOST) return;
    for (const { removedNodes } of records) {
      for (const gone of removedNodes) if (before.has(gone) && !gone.isConnected) shrink(gone, before.get(gone), scroll);
    }
    for (const [element, place] of places) {
      const was = before.get(element);
      if (!was) {
        if (element.matches(CARDS)) element.animate([{ opacity: 0, transform: "scale(0.96)" }, {}], TIME);
        continue;
      }
      const [x, y] = [was.x - place.x, was.y - place.y];
      if (was.within === place.within && (Math.abs(x) > 1 || Math.abs(y) > 1)) {
        element.animate([{ transform: `translate(${x}px, ${y}px)` }, {}], TIME);
      }
    }
  }).observe(scroll, { childList: true, subtree: true });
}

/// Each card's place in the list, each pod's place on its card.
function measured(scroll) {
  const places = new Map();
  const cards = scroll.querySelectorAll(CARDS);
  if (cards.length > MOST) return places;
  for (const card of cards) {
    places.set(card, place(card, card.parentElement));
    for (const pod of card.querySelectorAll(PODS)) places.set(pod, place(pod, card));
  }
  return places;
}

/// Without regard to movements that are under way: those are transforms, which offsets do not know.
function place(element, within) {
  return { x: element.offsetLeft, y: element.offsetTop, width: element.offsetWidth, height: element.offsetHeight, within };
}

/// A picture of what is gone, which nobody can touch or hear.
function shrink(gone, { x, y, width, height, within }, scroll) {
  if (!within.isConnected) return;
  const ghost = document.createElement("div");
  const picture = gone.cloneNode(true);
  for (const one of [picture, ...picture.querySelectorAll("*")]) {
    for (const name of ["data-testid", "data-name", "data-phase", "id", "title"]) one.removeAttribute(name);
  }
  ghost.className = "ghost-card";
  ghost.inert = true;
  ghost.setAttribute("aria-hidden", "true");
  ghost.append(picture);
  Object.assign(ghost.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  (within.matches(".node") ? within : scroll).append(ghost);
  ghost.animate([{}, { opacity: 0, transform: "scale(0.9)" }], { ...TIME, fill: "forwards" }).finished.finally(() => ghost.remove());
}
