// The marks of cells: a shape for each state, so that no state is told by its colour alone.

/// As `Seat` in src/map/cell.rs.
const [FAILING, MISSING, WAITING, MISSCHEDULED, UNREADY, STOPPING, STARTING, READY, FREE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const NODE_ILL = 8;
const CORDONED = 16;

const NAMES = ["surface", "text", "muted", "accent", "danger", "warning", "success", "border-strong"];

/// The page's colours as the host's style resolves them.
export function readColours(host) {
  const probe = host.appendChild(document.createElement("i"));
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(NAMES.map((name) => [name, colour(name)]));
  colours.hues = [0, 1, 2, 3, 4, 5].map((hue) => colour(`hue-${hue}`));
  probe.style.fontFamily = "var(--code-font)";
  colours.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return colours;
}

/// Paints the mark of a code (the two bytes of a cell) at places `[x, y, x, y, …]`, each an upper left corner.
export function paintMark(context, code, places, size, colours) {
  const seat = code & 0xff;
  const rest = code >> 8;
  const hue = rest & 7;
  const gap = Math.max(1, Math.min(4, size * 0.14));
  const edge = size - gap;
  const line = Math.max(1.25, edge / 9);
  const each = (paint) => {
    for (let at = 0; at < places.length; at += 2) paint(places[at] + gap / 2, places[at + 1] + gap / 2);
  };
  const fill = (colour, shape) => {
    context.fillStyle = colour;
    context.beginPath();
    each(shape);
    context.fill();
  };
  const stroke = (colour, width, shape) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    each(shape);
    context.stroke();
  };
  const whole = (x, y) => context.rect(x, y, edge, edge);
  const frame = (x, y) => context.rect(x + line / 2, y + line / 2, edge - line, edge - line);
  const cross = (x, y, inset = edge * 0.28) => {
    context.moveTo(x + inset, y + inset);
    context.lineTo(x + edge - inset, y + edge - inset);
    context.moveTo(x + edge - inset, y + inset);
    context.lineTo(x + inset, y + edge - inset);
  };
  switch (seat) {
    case READY:
      fill(colours.hues[hue] ?? colours.success, whole);
      if (size >= 22) {
        stroke(colours.surface, Math.max(1.5, edge / 14), (x, y) => {
          context.moveTo(x + edge * 0.3, y + edge * 0.52);
          context.lineTo(x + edge * 0.45, y + edge * 0.66);
          context.lineTo(x + edge * 0.72, y + edge * 0.34);
        });
      }
      break;
    case STARTING:
      stroke(colours.accent, line, frame);
      fill(colours.accent, (x, y) => context.rect(x, y + edge / 2, edge, edge / 2));
      break;
    case UNREADY:
      stroke(colours.warning, line, frame);
      fill(colours.warning, (x, y) => context.rect(x + edge * 0.36, y + edge * 0.36, edge * 0.28, edge * 0.28));
      break;
    case FAILING:
      fill(colours.danger, whole);
      stroke(colours.surface, Math.max(1.25, edge / 8), (x, y) => cross(x, y));
      break;
    case MISSING:
      stroke(colours.danger, line, frame);
      break;
    case WAITING:
      stroke(colours.muted, line, frame);
      fill(colours.muted, (x, y) => context.rect(x + edge * 0.25, y + edge * 0.43, edge * 0.5, Math.max(1.5, edge * 0.14)));
      break;
    case MISSCHEDULED:
      fill(colours.warning, (x, y) => {
        context.moveTo(x, y);
        context.lineTo(x + edge, y + edge);
        context.lineTo(x, y + edge);
        context.closePath();
      });
      break;
    case STOPPING:
      fill(colours.muted, (x, y) => context.rect(x + edge * 0.25, y + edge * 0.25, edge * 0.5, edge * 0.5));
      break;
    case FREE:
      fill(colours["border-strong"], (x, y) => context.rect(x + edge * 0.4, y + edge * 0.4, edge * 0.2, edge * 0.2));
      break;
  }
  if (rest & NODE_ILL) {
    // Over whatever is there: a frame and a stroke through it.
    stroke(colours.surface, line * 2.6, (x, y) => {
      context.moveTo(x, y + edge);
      context.lineTo(x + edge, y);
    });
    stroke(colours.danger, Math.max(1.5, line * 1.2), (x, y) => {
      frame(x, y);
      context.moveTo(x, y + edge);
      context.lineTo(x + edge, y);
    });
  }
  if (rest & CORDONED) {
    const part = Math.max(3.5, edge * 0.42);
    const corner = (reach) => (x, y) => {
      context.moveTo(x + edge - reach, y);
      context.lineTo(x + edge, y);
      context.lineTo(x + edge, y + reach);
      context.closePath();
    };
    fill(colours.surface, corner(part + line));
    fill(colours.text, corner(part));
  }
}
