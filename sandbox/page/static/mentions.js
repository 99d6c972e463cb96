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

const OWN_LINK = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?$/;

/** An address as a link. One of a channel or a message leads there on this page; it must not lead out of the sandbox. */
export function address(found, names) {
  const own = OWN_LINK.exec(found);
  if (!own) return link(found, found);
  const mention = channelMention(own[1], names);
  if (own[2] && mention.dataset.place) {
    mention.dataset.target = own[2];
    mention.append(" › message");
  }
  return mention;
}

/** A link to elsewhere; it says nothing of where it was followed from. */
export const link = (found, children) =>
  h("a", { href: found, target: "_blank", rel: "noopener noreferrer nofollow" }, children);
