// The page's state, in one object, and who wants to know when a part of it changes.

const STORED_ZONE = "handrail-sandbox-zone";
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

function storedZone() {
  try {
    const zone = localStorage.getItem(STORED_ZONE);
    if (zone) new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone || ownZone;
  } catch {
    return ownZone;
  }
}

export const state = {
  house: null, // everything around the conversation, for the person one is
  place: null, // the id of the place shown, or "dm"
  messages: [], // of that place, oldest first
  earlier: false, // whether there are more before them
  loading: false,
  newFrom: null, // the first message that was new when the place was opened
  notices: [], // what only this page knows: waiting, failed; {id, as, place, after, text, pending}
  replyTo: null,
  editing: null,
  connected: false,
  zone: storedZone(),
};

const watchers = [];

/** Call `render` after any of these parts changed, once for all that changed together. */
export function watch(keys, render) {
  watchers.push({ keys, render });
}

/** Set parts of the state. */
export function set(changes) {
  Object.assign(state, changes);
  const changed = Object.keys(changes);
  for (const { keys, render } of watchers) if (keys.some((key) => changed.includes(key))) render();
}

/** Choose the zone in which the page shows times; remembered in this browser. */
export function setZone(zone) {
  try {
    localStorage.setItem(STORED_ZONE, zone);
  } catch {
    // A browser that keeps nothing still shows it.
  }
  set({ zone });
}

/** The person one is. */
export const me = () => state.house.people.find((each) => each.id === state.house.me);

/** Every place of the person, the DM first. */
export function places(house = state.house) {
  const found = house.dm ? [house.dm] : [];
  for (const guild of house.guilds) for (const group of guild.groups) found.push(...group.places);
  return found;
}

/** The place of this id, where the person sees it. */
export const placeOf = (id, house = state.house) => places(house).find((each) => each.id === id);

/** The place shown. */
export const here = () => placeOf(state.place);

/** Ids are longer than a number holds: the longer is the later, and of two as long the greater. */
export const isAfter = (one, other) => (one.length === other.length ? one > other : one.length > other.length);

/** Who is called what, for mentions: changes only when a name does. */
export function directory() {
  const house = state.house;
  const channels = Object.fromEntries(places().filter((each) => each.id !== "dm").map((each) => [each.id, each.name]));
  const users = Object.fromEntries(house.people.map((each) => [each.id, each.name]));
  return { users: { ...users, [house.bot.id]: house.bot.name }, roles: house.roles, channels };
}
