// The place shown: its head, its messages, and where one stands among them.

import { dismissNotice, loadEarlier, open } from "./acts.js";
import { fill, h, icon, keyed } from "./dom.js";
import { closeMenu } from "./menu.js";
import { tellRead } from "./live.js";
import { messageNode, showMessage } from "./message.js";
import { directory, here, isAfter, placeOf, state, watch } from "./store.js";
import { dayOf, refreshRelative } from "./when.js";

const TOGETHER = 7 * 60 * 1000;
const NEAR = 120;
const PLACE_ICONS = { dm: "letter", voice: "voice", private_thread: "lock", public_thread: "thread" };

let log;
let jump;
let shownPlace = null;
let shownLast = null;
let atEnd = true;

export const iconOf = (place) => icon(PLACE_ICONS[place.kind] ?? "hash");
export const titleOf = (place) => (place.kind === "dm" ? "Direct message" : place.name);

/** Draw the conversation, and keep it drawn. */
export function startConversation() {
  log = document.getElementById("log");
  jump = document.getElementById("jump");
  log.addEventListener("scroll", () => {
    closeMenu();
    atEnd = isNearEnd();
    if (atEnd) markRead();
  });
  jump.addEventListener("click", toEnd);
  document.addEventListener("visibilitychange", markRead);
  log.addEventListener("click", follow);
  // Cards and fonts that settle late must not push the end out of sight.
  new ResizeObserver(() => { if (atEnd) toEnd(); }).observe(log);
  watch(["house", "place"], drawHead);
  watch(["house", "place", "messages", "earlier", "loading", "notices", "newFrom", "zone"], draw);
  setInterval(refreshRelative, 5000);
}

async function follow(event) {
  const target = event.target.closest("[data-place]");
  if (!target) return;
  const { place, target: message } = target.dataset;
  if (place !== state.place) await open(place);
  if (message) showMessage(message);
}

function drawHead() {
  const head = document.getElementById("place");
  const place = here();
  if (!place) return fill(head, h("div", { class: "place-head" }, h("h2", {}, "Nothing to see")));
  const parent = place.parent && placeOf(place.parent);
  keyed(head, [{
    key: "head", sign: [place.name, place.kind, place.topic, place.archived, parent?.name],
    make: () => h("div", { class: "place-head" },
      parent && h("button", { type: "button", class: "link", data: { focus: "parent" }, onclick: () => open(parent.id) }, `#${parent.name} ›`),
      h("h2", {}, iconOf(place), titleOf(place)),
      place.kind === "dm" && h("p", {}, `with ${state.house.bot.name}`),
      place.archived && h("p", {}, "archived; a message wakes it up"),
      place.topic && h("p", {}, place.topic)),
  }]);
}

function draw() {
  if (!state.house) return;
  const moved = shownPlace !== `${state.house.me} ${state.place}`;
  if (moved) {
    shownPlace = `${state.house.me} ${state.place}`;
    fill(log);
    closeMenu();
    atEnd = true;
    shownLast = null;
  }
  const top = log.scrollTop;
  const height = log.scrollHeight;
  const oldest = log.querySelector("[data-message]")?.dataset.message;
  keyed(log, rows());
  const grewAbove = oldest && state.messages[0] && isAfter(oldest, state.messages[0].id) && log.querySelector("[data-message]")?.dataset.message !== oldest;
  // One's own words, and what is said to one alone, are what one waits for.
  const last = state.messages.at(-1);
  const isOwnNews = last && shownLast && isAfter(last.id, shownLast) && (last.mine || last.ephemeral);
  shownLast = last?.id ?? "0";
  if (atEnd || isOwnNews) toEnd();
  else log.scrollTop = grewAbove ? top + log.scrollHeight - height : top;
  jump.hidden = atEnd || isNearEnd();
  markRead();
}

function rows() {
  const names = directory();
  const named = [names.roles, names.channels, names.users, state.zone];
  const sign = hash(JSON.stringify(named));
  const found = [];
  if (!state.place) return [empty("none", "This person sees no place here yet.", "Use “Join” at the foot of the list of people to let them in.")];
  if (state.earlier) found.push({ key: "earlier", sign: 0, make: earlierButton });
  else if (!state.loading && !state.messages.length) found.push(empty("empty", "Nothing was said here yet."));
  let before = null;
  const notices = state.notices.filter((each) => each.as === state.house.me && each.place === state.place);
  for (const message of state.messages) {
    const moment = Date.parse(message.at);
    const day = dayOf(moment);
    if (!before || dayOf(Date.parse(before.at)) !== day) found.push({ key: `day ${day}`, sign: 0, make: () => h("h3", { class: "day" }, day) });
    if (message.id === state.newFrom) found.push({ key: "new", sign: 0, make: () => h("p", { class: "new-line" }, "New") });
    const joined = isJoined(before, message, day);
    found.push({ key: message.id, sign: [message, joined, sign], make: () => messageNode(message, { joined, names }) });
    found.push(...notices.filter((each) => each.after === message.id).map(noticeRow));
    before = message;
  }
  const known = new Set(state.messages.map((each) => each.id));
  found.push(...notices.filter((each) => !known.has(each.after)).map(noticeRow));
  return found;
}

function isJoined(before, message, day) {
  return Boolean(before) && before.author.id === message.author.id && before.type === "default" && ["default"].includes(message.type) &&
    !message.reply && !message.used && before.ephemeral === message.ephemeral && !before.thread && message.id !== state.newFrom &&
    dayOf(Date.parse(before.at)) === day && Date.parse(message.at) - Date.parse(before.at) < TOGETHER;
}

function noticeRow(notice) {
  const make = () => (notice.pending
    ? h("article", { class: "notice pending" }, h("p", {}, h("span", { class: "dots", "aria-hidden": "true" }), `Waiting for ${state.house.bot.name}…`))
    : h("article", { class: "notice failed", role: "alert" }, h("p", {}, `${notice.text}.`), h("p", { class: "only-you" }, icon("eye"), "Only you can see this · ",
      h("button", { type: "button", class: "link", onclick: () => dismissNotice(notice.id) }, "Dismiss message"))));
  return { key: `notice ${notice.id}`, sign: notice, make };
}

const empty = (key, ...lines) => ({ key, sign: lines, make: () => h("div", { class: "empty" }, lines.map((each) => h("p", {}, each))) });

const earlierButton = () => h("button", { type: "button", class: "button secondary earlier", data: { focus: "earlier" }, onclick: async (event) => {
  const node = event.currentTarget;
  node.setAttribute("aria-busy", "true");
  await loadEarlier();
  node.removeAttribute("aria-busy");
} }, "Earlier messages");

const isNearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;

function toEnd() {
  log.scrollTop = log.scrollHeight;
  atEnd = true;
  jump.hidden = true;
}

function markRead() {
  const last = state.messages.at(-1);
  const place = here();
  if (place?.new && last && atEnd && !document.hidden && !state.loading) tellRead(state.place, last.id);
}

function hash(text) {
  let found = 0;
  for (let at = 0; at < text.length; at += 1) found = (found * 31 + text.charCodeAt(at)) | 0;
  return found;
}
