// What draws the map beyond its cards: the cells of thousands of nodes on a canvas, and movement. Loaded after the page is usable.
//
//   mount(host, { describe(id), open(id), zoomed(zoom), zoom }) -> handle
//
//   describe(id)                   what the node with this number tells: its name, then a line for each thing
//   open(id)                       a cell was clicked, or Enter pressed on it
//   zoomed(zoom)                   another size was chosen: 0 for what fits, else the place of it in SIZES, from 1
//
//   handle.show({ ids, cells, groups: [{ title, note, count }], dark })
//                                  ids: four bytes for each node; cells: two, as `Board::cells` in src/ui/view/board.rs says
//   handle.zoom(by)                1 larger, -1 smaller, 0 what fits
//   handle.destroy()
//
// A cell is coloured and shaped at once as its state is; what it was before fades away over it.

import css from "./map.css";
import { paintMark, readColours } from "./map-marks.js";
import { watchCards } from "./map-motion.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets.push(sheet);
const scroll = document.querySelector(".map-scroll");
watchCards(scroll);
// Another way to draw the nodes begins at its beginning.
document.querySelector(".map").addEventListener("click", ({ target }) => target.closest(".switch-button") && (scroll.scrollTop = 0));

/// Edges of cells, in CSS pixels.
const SIZES = [8, 11, 15, 20, 28, 40, 56, 84];
/// What fits is not larger than this.
const LARGEST_FIT = 40;
const SMALLEST_FIT = 6;
const HEAD = 26;
const FADE = 160;
const MOVE = 220;

export function mount(host, { describe, open, zoomed, zoom }) {
  const scroller = host.closest(".map-scroll");
  const canvas = host.appendChild(element("canvas", "cells-canvas"));
  const heads = host.appendChild(element("div", "cells-heads"));
  const ring = host.appendChild(element("div", "cells-ring"));
  const tip = host.appendChild(element("div", "cells-tip"));
  const said = host.appendChild(element("div", "sr-only"));
  canvas.setAttribute("aria-hidden", "true");
  tip.setAttribute("aria-hidden", "true");
  said.setAttribute("aria-live", "polite");
  ring.hidden = tip.hidden = true;
  const context = canvas.getContext("2d");
  const stopping = new AbortController();
  const listen = (target, name, handle, options) => target.addEventListener(name, handle, { signal: stopping.signal, ...options });

  let shown = { ids: new Uint32Array(), cells: new Uint8Array(), groups: [], dark: undefined };
  let layout = layOut([], 1, 1, zoom);
  /// In order: where a cell stands and stood, what it is and was before, since when.
  let ones = [];
  let moving = 0;
  let colours;
  let chosen = -1;
  let asked = 0;
  /// The cell whose words are shown.
  let pointed = -1;
  const names = new Map();

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const resized = new ResizeObserver(() => arrange(false));
  resized.observe(scroller);
  resized.observe(host);
  listen(scroller, "scroll", ask);

  /// The cells in their places, as wide as there is room.
  function arrange(moves) {
    const { clientWidth: width } = host;
    if (!width) return;
    layout = layOut(shown.groups, width, scroller.clientHeight - host.offsetTop - 14, zoom);
    host.style.height = `${layout.height}px`;
    const now = performance.now();
    const settled = now - moving > MOVE;
    const before = new Map(ones.map((one) => [one.id, one]));
    let moved = false;
    ones = Array.from(shown.ids, (id, index) => {
      const [x, y] = layout.place(index);
      const known = before.get(id);
      const one = known ?? { id, code: codeOf(index), old: -1, since: now, x, y, fromX: x, fromY: y };
      if (one.x !== x || one.y !== y) {
        Object.assign(one, moves ? { fromX: one.x, fromY: one.y } : { fromX: x, fromY: y }, { x, y });
        moved ||= moves && Boolean(known);
      } else if (settled) {
        one.fromX = x;
        one.fromY = y;
      }
      return one;
    });
    if (moved) moving = now;
    recolour();
    drawHeads();
    follow();
    ask();
  }

  const codeOf = (index) => shown.cells[2 * index] | (shown.cells[2 * index + 1] << 8);

  function recolour() {
    const now = performance.now();
    for (let index = 0; index < ones.length; index++) {
      const one = ones[index];
      const code = codeOf(index);
      if (one.code !== code) [one.old, one.code, one.since] = [one.code, code, now];
    }
  }

  function drawHeads() {
    const wanted = shown.groups.filter(({ title }) => title);
    while (heads.children.length > wanted.length) heads.lastChild.remove();
    wanted.forEach(({ title, note }, index) => {
      const head = heads.children[index] ?? heads.appendChild(element("p", "cells-head"));
      const words = `${title}: ${note}`;
      if (head.dataset.words !== words) {
        head.dataset.words = words;
        head.replaceChildren(Object.assign(document.createElement("b"), { textContent: title }), ` ${note}`);
      }
      head.style.top = `${layout.heads[index].y}px`;
    });
  }

  function ask() {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      draw(performance.now());
    });
  }

  /// What is in sight. Asks for another frame while something fades or moves.
  function draw(now) {
    const top = Math.max(0, scroller.scrollTop - host.offsetTop);
    const height = Math.min(scroller.clientHeight, layout.height);
    const scale = devicePixelRatio;
    const [wide, high] = [Math.round(host.clientWidth * scale), Math.round(height * scale)];
    if (canvas.width !== wide || canvas.height !== high) {
      [canvas.width, canvas.height] = [wide, high];
      canvas.style.width = `${host.clientWidth}px`;
      canvas.style.height = `${height}px`;
    }
    colours ??= readColours(host);
    context.setTransform(scale, 0, 0, scale, 0, -top * scale);
    context.clearRect(0, top, host.clientWidth, height);
    const progress = calm.matches ? 1 : ease(Math.min(1, (now - moving) / MOVE));
    let busy = progress < 1;
    const { size } = layout;
    const alike = new Map();
    const fading = [];
    for (const one of ones) {
      const x = one.fromX + (one.x - one.fromX) * progress;
      const y = one.fromY + (one.y - one.fromY) * progress;
      if (y + size < top || y > top + height) continue;
      const batch = alike.get(one.code);
      if (batch) batch.push(x, y);
      else alike.set(one.code, [x, y]);
      if (one.old >= 0) {
        const left = calm.matches ? 0 : 1 - (now - one.since) / FADE;
        if (left > 0) fading.push([one.old, x, y, left]);
        else one.old = -1;
      }
      if (size >= 56) drawName(one.id, x, y);
    }
    for (const [code, places] of alike) paintMark(context, code, places, size, colours);
    busy ||= fading.length > 0;
    for (const [code, x, y, left] of fading) {
      context.globalAlpha = left * 0.7;
      paintMark(context, code, [x, y], size, colours);
    }
    context.globalAlpha = 1;
    if (size >= 56) drawNames();
    drawLegend(host.closest(".map"), colours, shown.dark);
    host.took = performance.now() - now;
    if (busy) ask();
  }

  const written = [];
  function drawName(id, x, y) {
    if (!names.has(id)) names.set(id, describe(id).split("\n", 1)[0]);
    written.push([names.get(id), x, y]);
  }

  function drawNames() {
    const { size } = layout;
    context.font = `${size > 70 ? 11 : 9.5}px ${colours.font}`;
    context.textBaseline = "bottom";
    context.textAlign = "center";
    for (const [name, x, y] of written) {
      const most = Math.floor(size / (size > 70 ? 6.8 : 6));
      const short = name.length > most ? `…${name.slice(1 - most)}` : name;
      const width = context.measureText(short).width + 6;
      context.fillStyle = colours.surface;
      context.fillRect(x + (size - width) / 2, y + size - 19, width, 14);
      context.fillStyle = colours.text;
      context.fillText(short, x + size / 2, y + size - 6);
    }
    written.length = 0;
  }

  /// The ring and the words of the cell that the keyboard or the mouse is on.
  function point(index, { aloud = false, ringed = false } = {}) {
    const one = ones[index];
    pointed = index;
    if (!one) {
      tip.hidden = true;
      return;
    }
    const words = describe(shown.ids[index]).split("\n");
    tip.replaceChildren(...words.map((line, at) => element(at ? "span" : "b", "", line)));
    tip.hidden = false;
    const room = host.clientWidth - tip.offsetWidth;
    const below = one.y + layout.size + 6;
    const end = scroller.scrollTop - host.offsetTop + scroller.clientHeight;
    tip.style.left = `${Math.max(0, Math.min(one.x, room))}px`;
    tip.style.top = `${below + tip.offsetHeight > end ? Math.max(0, one.y - tip.offsetHeight - 6) : below}px`;
    if (aloud) said.textContent = words.join(", ");
    if (ringed) follow();
  }

  function follow() {
    const one = ones[chosen];
    ring.hidden = !one;
    if (!one) return;
    Object.assign(ring.style, { left: `${one.x}px`, top: `${one.y}px`, width: `${layout.size}px`, height: `${layout.size}px` });
  }

  function choose(index) {
    chosen = Math.max(0, Math.min(index, shown.ids.length - 1));
    const one = ones[chosen];
    if (!one) return;
    const y = host.offsetTop + one.y;
    if (y < scroller.scrollTop) scroller.scrollTop = y - HEAD;
    else if (y + layout.size > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = y + layout.size - scroller.clientHeight + 6;
    point(chosen, { aloud: true, ringed: true });
  }

  /// Another size; the cell under `anchor` stays where it is.
  function resize(to, anchor = chosen) {
    const kept = ones[anchor];
    const before = kept ? kept.y - scroller.scrollTop : 0;
    zoom = to;
    zoomed(zoom);
    arrange(false);
    if (kept) scroller.scrollTop = kept.y - before;
    tip.hidden = true;
  }

  function step(by) {
    if (!by) return 0;
    const now = layout.size;
    const next = by > 0 ? SIZES.findIndex((size) => size > now + 2) : SIZES.findLastIndex((size) => size < now - 2);
    return next < 0 ? (by > 0 ? SIZES.length : 1) : next + 1;
  }

  const at = (event) => {
    const box = host.getBoundingClientRect();
    return layout.find(event.clientX - box.left, event.clientY - box.top);
  };

  listen(host, "pointermove", (event) => {
    const index = at(event);
    if (event.pointerType === "mouse" && (tip.hidden || index !== pointed)) point(index);
  });
  listen(host, "pointerleave", () => (tip.hidden = true));
  listen(host, "blur", () => (tip.hidden = true));
  listen(host, "focus", () => {
    if (host.matches(":focus-visible") && shown.ids.length) choose(Math.max(0, chosen));
  });
  listen(host, "click", (event) => {
    const index = at(event);
    if (index < 0) return;
    chosen = index;
    follow();
    tip.hidden = true;
    open(shown.ids[index]);
  });
  listen(host, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { columns } = layout;
    const go = {
      ArrowRight: () => choose(chosen + 1),
      ArrowLeft: () => choose(chosen - 1),
      ArrowDown: () => choose(layout.below(chosen)),
      ArrowUp: () => choose(layout.above(chosen)),
      Home: () => choose(0),
      End: () => choose(shown.ids.length - 1),
      PageDown: () => choose(chosen + 10 * columns),
      PageUp: () => choose(chosen - 10 * columns),
      Enter: () => chosen >= 0 && open(shown.ids[chosen]),
      " ": () => chosen >= 0 && open(shown.ids[chosen]),
      Escape: () => (tip.hidden = true),
      "+": () => resize(step(1)),
      "=": () => resize(step(1)),
      "-": () => resize(step(-1)),
      0: () => resize(0),
    }[event.key];
    if (!go) return;
    event.preventDefault();
    go();
  });
  listen(host, "wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    resize(step(event.deltaY < 0 ? 1 : -1), at(event));
  }, { passive: false });
  pinch(host, listen, (by, event) => resize(step(by), at(event)));

  return {
    show({ ids, cells, groups, dark }) {
      const was = shown;
      const numbers = new Uint32Array(ids.buffer, 0, ids.length / 4);
      const held = was.ids[chosen];
      shown = { ids: numbers, cells, groups, dark };
      if (was.dark !== dark) {
        colours = undefined;
        // The new colours are there after the page has been drawn in them.
        requestAnimationFrame(ask);
      }
      if (held !== undefined && numbers[chosen] !== held) chosen = numbers.indexOf(held);
      if (isSame(was, shown)) {
        recolour();
        drawHeads();
        ask();
      } else {
        arrange(was.ids.length > 0);
      }
      if (!tip.hidden) point(pointed);
    },
    zoom: (by) => resize(step(by)),
    destroy() {
      stopping.abort();
      resized.disconnect();
      cancelAnimationFrame(asked);
      host.replaceChildren();
    },
  };
}

/// Whether the same nodes stand in the same groups.
function isSame(one, other) {
  return (
    one.ids.length === other.ids.length &&
    one.ids.every((id, index) => id === other.ids[index]) &&
    one.groups.length === other.groups.length &&
    one.groups.every(({ title, count }, index) => title === other.groups[index].title && count === other.groups[index].count)
  );
}

/// Where the cells of the groups stand.
function layOut(groups, width, room, zoom) {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const titled = groups.filter(({ title }) => title).length;
  const columnsOf = (size) => Math.max(1, Math.floor(width / size));
  const heightOf = (size) => {
    const columns = columnsOf(size);
    const edge = Math.min(width / columns, size * 1.25);
    return titled * HEAD + groups.reduce((sum, group) => sum + Math.ceil(group.count / columns) * edge, 0);
  };
  let wanted = SIZES[zoom - 1];
  if (!wanted) {
    wanted = LARGEST_FIT;
    while (wanted > SMALLEST_FIT && heightOf(wanted) > room) wanted -= 0.5;
  }
  const columns = columnsOf(wanted);
  // The cells fill the width, but for a few large ones.
  const size = count < columns ? wanted : Math.min(width / columns, wanted * 1.25);
  const blocks = [];
  let [y, first] = [0, 0];
  for (const { title, count } of groups) {
    const top = title ? y + HEAD : y;
    blocks.push({ title, y, top, first, count });
    y = top + Math.ceil(count / columns) * size;
    first += count;
  }
  const blockOf = (index) => blocks.findLast((block) => block.first <= index && block.count > 0);
  const place = (index) => {
    const block = blockOf(index);
    const inside = index - block.first;
    return [(inside % columns) * size, block.top + Math.floor(inside / columns) * size];
  };
  const find = (x, y) => {
    const block = blocks.findLast(({ top }) => top <= y);
    const column = Math.floor(x / size);
    if (!block || column < 0 || column >= columns) return -1;
    const inside = Math.floor((y - block.top) / size) * columns + column;
    return inside < block.count ? block.first + inside : -1;
  };
  /// The nearest cell of the next row, also of the next group.
  const below = (index) => {
    const block = blockOf(Math.max(0, index));
    if (!block) return 0;
    const inside = index - block.first;
    if (inside + columns < block.count) return index + columns;
    const next = blocks.find(({ first, count }) => first > index && count > 0);
    if (!next) return block.first + block.count - 1;
    const lastRow = Math.floor(inside / columns) === Math.floor((block.count - 1) / columns);
    return lastRow ? next.first + Math.min(inside % columns, next.count - 1) : block.first + block.count - 1;
  };
  const above = (index) => {
    const block = blockOf(Math.max(0, index));
    if (!block) return 0;
    const inside = index - block.first;
    if (inside >= columns) return index - columns;
    const before = blocks.findLast(({ first, count }) => first < block.first && count > 0);
    if (!before) return 0;
    const rowStart = Math.floor((before.count - 1) / columns) * columns;
    return before.first + Math.min(rowStart + (inside % columns), before.count - 1);
  };
  return { columns, size, height: y, heads: blocks.filter(({ title }) => title), place, find, below, above };
}

/// The marks beside the words of the legend.
function drawLegend(panel, colours, dark) {
  for (const canvas of panel.querySelectorAll(".legend-mark")) {
    const wanted = `${canvas.dataset.cell} ${dark}`;
    if (canvas.dataset.drawn === wanted) continue;
    canvas.dataset.drawn = wanted;
    const [seat, rest] = canvas.dataset.cell.split(",").map(Number);
    const context = canvas.getContext("2d");
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, 14, 14);
    paintMark(context, seat | (rest << 8), [0, 0], 14, colours);
  }
}

/// Two fingers: each time they are a quarter further apart, or closer, the next size.
function pinch(host, listen, zoom) {
  const fingers = new Map();
  let apart = 0;
  const distance = () => {
    const [one, other] = [...fingers.values()];
    return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  };
  listen(host, "pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) apart = distance();
  });
  listen(host, "pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (fingers.size !== 2) return;
    const ratio = distance() / apart;
    if (ratio > 1.25 || ratio < 0.8) {
      apart = distance();
      zoom(ratio > 1 ? 1 : -1, event);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) listen(host, end, (event) => fingers.delete(event.pointerId));
}

const ease = (part) => 1 - (1 - part) ** 3;

function element(name, className, textContent = "") {
  return Object.assign(document.createElement(name), { className, textContent });
}
