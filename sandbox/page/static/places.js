// The places one person sees: the DM, and channels by category with their threads.

import { open } from "./acts.js";
import { focusComposer } from "./composer.js";
import { iconOf, titleOf } from "./conversation.js";
import { h, keyed, unseen } from "./dom.js";
import { openSides } from "./rail.js";
import { state, watch } from "./store.js";

const opened = new Set();

/** Draw the list, and keep it drawn. */
export function startPlaces() {
  watch(["house", "place"], draw);
}

function draw() {
  const { house, place } = state;
  const items = [];
  if (house.dm) items.push(entry(house.dm));
  for (const guild of house.guilds) {
    items.push({ key: guild.id, sign: guild.name, make: () => h("h2", {}, guild.name) });
    for (const group of guild.groups) {
      if (group.name) items.push({ key: `group ${group.id}`, sign: group.name, make: () => h("h3", {}, group.name) });
      items.push(...groupItems(group.places, place));
    }
  }
  if (!items.length) items.push({ key: "none", sign: 0, make: () => h("p", { class: "empty" }, "No places.") });
  keyed(document.getElementById("places"), items);
}

function groupItems(places, current) {
  const found = [];
  for (const channel of places.filter((each) => !each.parent)) {
    found.push(entry(channel));
    const threads = places.filter((each) => each.parent === channel.id);
    const shown = threads.filter((each) => each.listed || each.id === current || opened.has(channel.id) || each.rings);
    found.push(...shown.map(entry));
    const rest = threads.filter((each) => !each.listed).length;
    if (rest) found.push(moreThreads(channel.id, rest));
  }
  return found;
}

function entry(place) {
  const current = place.id === state.place;
  const { id, name, kind, rings, silent } = place;
  const fresh = place.new > 0;
  return {
    key: `place ${id}`,
    sign: [name, kind, rings, fresh, Boolean(silent), current, place.archived],
    make: () => h("button", {
      type: "button",
      class: ["place-entry", place.parent && "thread", fresh && "fresh", place.archived && "archived"],
      "aria-current": current ? "page" : null,
      data: { focus: `place ${id}`, entry: id },
      onclick: async () => {
        openSides(false);
        const loading = open(id);
        focusComposer(); // at once: whoever types while it loads loses no letter
        await loading;
        focusComposer();
      },
    }, iconOf(place), h("span", { class: "place-name" }, titleOf(place)),
    rings > 0 ? h("span", { class: "badge" }, String(rings), unseen(" for this person")) : fresh && h("span", { class: "pip" }, unseen("new messages"))),
  };
}

function moreThreads(channel, count) {
  const isOpen = opened.has(channel);
  return {
    key: `more ${channel}`,
    sign: [count, isOpen],
    make: () => h("button", {
      type: "button", class: "place-entry thread dim", "aria-expanded": String(isOpen), data: { focus: `more ${channel}` },
      onclick: () => {
        if (isOpen) opened.delete(channel);
        else opened.add(channel);
        draw();
      },
    }, h("span", { class: "place-name" }, isOpen ? "Fewer threads" : count === 1 ? "1 more thread" : `${count} more threads`)),
  };
}
