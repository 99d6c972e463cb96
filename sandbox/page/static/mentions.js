// What stands for somebody, some place or some time inside a text.

import { colour, h } from "./dom.js";
import { state } from "./store.js";
import { stamp } from "./when.js";

/** Somebody's name; one's own stands out. */
export function userMention(id, names) {
  const own = id === state.house.me;
  return h("span", { class: ["mention", own && "own"] }, `@${names.users[id] ?? "somebody unknown"}`);
}

/** A role's name, in its colour. */
export function roleMention(id, names) {
  const role = names.roles[id];
  const own = state.house.people.find((each) => each.id === state.house.me)?.chips.some((each) => each.name === role?.name);
  return h("span", { class: ["mention", own && "own"], style: { "--role": colour(role?.colour ?? 0) ?? "inherit" } }, `@${role?.name ?? "deleted-role"}`);
}

/** A channel's name, which leads there; of one that the person does not see, that it is none of theirs. */
export function channelMention(id, names) {
  const name = names.channels[id];
  if (name === undefined) return h("span", { class: "mention dim" }, "#no-access");
  return h("button", { type: "button", class: "mention place-link", data: { place: id } }, `#${name}`);
}

/** A command's name, which starts it. */
export const commandMention = (path) =>
  h("button", { type: "button", class: "mention command-link", data: { command: path } }, `/${path}`);

/** Everybody. */
export const everyoneMention = (text) => h("span", { class: "mention own" }, text);

/** A moment, in the zone one chose. */
export function timeMention(unix, style) {
  const moment = unix * 1000;
  const valid = Math.abs(moment) <= 8.64e15;
  if (!valid) return h("span", { class: "stamp" }, "Invalid date");
  const node = h("time", { class: "stamp", datetime: new Date(moment).toISOString(), title: stamp(moment, "F") }, stamp(moment, style));
  if (style === "R") node.dataset.relative = unix;
  return node;
}

/** A link to elsewhere; it says nothing of where it was followed from. */
export const link = (address, children) =>
  h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, children);
