// The playground inside of another page, `?embed` or `?embed=map,terminal`: only the parts asked for, and what that page may say to it.
//
// The README describes the messages. Who speaks is the page around this one and nobody else, and only who speaks is answered; before
// it has said something it hears nothing but "ready". It can do what a person could do here, in bounded pieces. What is done in here is
// kept nowhere (www/store.js), so there is nothing of the person's own to see or to lose.

import { t } from "./words.js";

const PARTS = ["lesson", "map", "editor", "terminal", "timeline"];
const USUAL = ["map", "terminal"];
const LONGEST = { line: 16 * 1024, file: 1024, text: 256 * 1024, lesson: 1024, link: 1024 * 1024 };
const MOST_WAITING = 100;
const MOST_COMMANDS = 10_000;
const EVERY = 250;

export const { isInside } = globalThis.playgroundStore;
if (isInside) arrange();

/// Which parts are shown: www/late.css hides the others.
function arrange() {
  const asked = new URLSearchParams(location.search).get("embed");
  const known = asked.split(",").map((part) => part.trim()).filter((part) => PARTS.includes(part));
  const parts = known.length > 0 ? known : USUAL;
  document.documentElement.dataset.embed = parts.join(" ");
  document.documentElement.dataset.embedRooms = parts.filter((part) => part !== "timeline").length > 2 ? "many" : "few";
}

/// Listens to the page around this one, which hears what changes; `tell` says something to the playground.
export function listenToOutside(tell) {
  if (!isInside) return;
  tell("show", document.documentElement.dataset.embed.split(" ")[0]);
  document.body.append(wayOut(tell));
  if (parent === window) return;
  let origin;
  const say = (message, to = origin) => parent.postMessage({ playground: 1, ...message }, to === "null" ? "*" : to);
  addEventListener("message", (event) => {
    if (event.source !== parent || event.data?.playground !== 1) return;
    origin = event.origin;
    const { id } = event.data;
    const answer = typeof id === "string" || typeof id === "number" ? { id } : {};
    try {
      say({ event: "done", ...answer, ...obey(event.data, tell) });
    } catch (error) {
      say({ event: "error", ...answer, message: error instanceof Refused ? error.message : "this did not work" });
    }
  });
  let before = outline(tell);
  setInterval(() => {
    const now = outline(tell);
    const is = (name) => now[name] !== before[name];
    if (origin !== undefined && ["changes", "commands", "busy", "lesson", "step"].some(is)) say({ event: "changed", ...now });
    if (origin !== undefined && now.solved && (is("solved") || is("step") || is("lesson"))) say({ event: "solved", ...now });
    before = now;
  }, EVERY);
  say({ event: "ready" }, "*");
}

class Refused extends Error {}

/// How many commands were passed on just now. A page that has much to do takes them in later, and does not count them as waiting yet:
/// in Firefox hundreds of messages get in before its timer does.
let justTold = 0;

/// Does what a message asks for; returns what there is to answer.
function obey(message, tell) {
  const text = (name) => {
    const value = message[name];
    if (typeof value !== "string") throw new Refused(`"${name}" has to be a text`);
    if (value.length > LONGEST[name]) throw new Refused(`"${name}" is longer than ${LONGEST[name]} characters`);
    return value;
  };
  const { waiting, commands } = outline(tell);
  const deeds = {
    run() {
      if (Math.max(waiting, justTold) >= MOST_WAITING || commands >= MOST_COMMANDS) throw new Refused("there are too many commands already");
      tell("run", text("line"));
      justTold++;
      setTimeout(() => justTold--, EVERY);
    },
    write: () => tell("write", `${text("file")}\n${text("text")}`),
    open() {
      if ("link" in message) return void tell("visit", text("link"));
      tell("open", "lesson" in message ? text("lesson") : "");
      if (Number.isInteger(message.step)) setTimeout(() => tell("step-to", String(message.step)));
    },
    play() {
      tell("play", "");
      if (typeof message.speed === "number") tell("speed", String(message.speed));
    },
    pause: () => tell("pause", ""),
    step: () => tell("next", ""),
    settle: () => tell("settle", ""),
    theme: () => tell("theme", String(message.theme)),
    state: () => ({ ...outline(tell), link: link(tell) }),
  };
  if (!Object.hasOwn(deeds, message.do)) throw new Refused(`"do" has to be one of ${Object.keys(deeds).join(", ")}`);
  const answer = deeds[message.do]();
  return typeof answer === "object" ? answer : {};
}

const outline = (tell) => JSON.parse(tell("state", "") || "{}");
const link = (tell) => location.origin + location.pathname + tell("link", "");

/// A link to the whole playground with what is here. It is made when somebody goes for it.
function wayOut(tell) {
  const way = Object.assign(document.createElement("a"), { textContent: t("Open in the playground"), target: "_blank", rel: "noopener", href: link(tell) });
  for (const event of ["pointerdown", "focus", "click"]) way.addEventListener(event, () => (way.href = link(tell)));
  const foot = Object.assign(document.createElement("footer"), { className: "embed-foot" });
  foot.append(way);
  return foot;
}
