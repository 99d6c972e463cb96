// What one does on the page, as the person one is at that moment, and what comes of it.

import { act, look } from "./api.js";
import { openForm } from "./form.js";
import { watchPlace } from "./live.js";
import { here, isAfter, placeOf, places, set, state } from "./store.js";
import { toast, tried } from "./toast.js";
import { setClock } from "./when.js";

const NOTICED = 300;

let turn = 0;
let gone = new Set();
let noticeNumber = 0;
const lastPlace = new Map();

/** Be somebody. Where something rings for them, go there; else stay in the same place, if they see it. */
export async function become(id, wanted = null) {
  const mine = ++turn;
  const house = await tried(() => look("house", id ? { as: id } : {}));
  if (!house || mine !== turn) return;
  setClock(house.clock);
  const ringing = places(house).find((each) => each.rings > 0)?.id;
  const candidates = [wanted, ringing, state.place, lastPlace.get(house.me), firstPlace(house)];
  const place = candidates.find((each) => each && placeOf(each, house)) ?? null;
  set({ house, place: null, messages: [], replyTo: null, editing: null });
  if (place) await open(place);
  else {
    set({ place: null, messages: [], earlier: false, loading: false });
    watchPlace(house.me, "dm");
  }
}

function firstPlace(house) {
  const written = places(house).filter((each) => each.id !== "dm" && !each.silent);
  return (written[0] ?? places(house)[0])?.id;
}

/** Go to a place. */
export async function open(place) {
  const mine = ++turn;
  const as = state.house.me;
  gone = new Set();
  lastPlace.set(as, place);
  history.replaceState(null, "", `#as=${as}&place=${place}`);
  const fresh = placeOf(place)?.new ?? 0;
  set({ place, messages: [], earlier: false, loading: true, newFrom: null, replyTo: null, editing: null });
  // Watched before it is loaded, so that nothing falls between the two.
  watchPlace(as, place);
  const found = await tried(() => look("messages", { as, place }));
  if (!found || mine !== turn) return;
  const others = found.messages.filter((each) => !each.mine && !each.ephemeral);
  const newFrom = fresh > 0 ? others.at(-Math.min(fresh, others.length))?.id ?? null : null;
  set({ messages: merged(found.messages, state.messages), earlier: found.earlier, loading: false, newFrom });
}

/** Load the place anew, and the house. */
export async function reload() {
  if (!state.house) return become(null);
  const as = state.house.me;
  const place = state.place;
  const house = await tried(() => look("house", { as }));
  if (!house || as !== state.house.me || place !== state.place) return;
  setClock(house.clock);
  set({ house });
  if (!place) return;
  if (!placeOf(place, house)) return become(as);
  const found = await tried(() => look("messages", { as, place }));
  if (found && as === state.house.me && place === state.place) set({ messages: found.messages, earlier: found.earlier });
}

/** Load what was said before. */
export async function loadEarlier() {
  const { place } = state;
  const as = state.house.me;
  const before = state.messages[0]?.id;
  const found = await tried(() => look("messages", { as, place, before }));
  if (found && as === state.house.me && place === state.place) {
    set({ messages: merged(found.messages, state.messages), earlier: found.earlier });
  }
}

/** Take news in. */
export function hear(news) {
  if (!news.house || news.as !== state.house?.me) return;
  setClock(news.house.clock);
  const changes = { house: news.house };
  if (news.place === state.place && (news.messages.length || news.gone.length)) {
    for (const id of news.gone) gone.add(id);
    const oldest = state.earlier ? state.messages[0]?.id : null;
    const fresh = news.messages.filter((each) => !oldest || !isAfter(oldest, each.id));
    changes.messages = merged(state.messages, fresh).filter((each) => !gone.has(each.id));
  }
  set(changes);
  if (news.commands) set({ commandsChanged: true });
  if (news.stale) reload();
  else if (state.place && !here()) become(state.house.me);
}

/** Two lists of messages as one, in order; of two of one id the latter's. */
function merged(first, second) {
  const all = new Map([...first, ...second].map((each) => [each.id, each]));
  return [...all.values()].sort((one, other) => (one.id === other.id ? 0 : isAfter(one.id, other.id) ? 1 : -1)).filter((each) => !gone.has(each.id));
}

/** Do something that the application answers: wait, then show its form, or that none came. */
export async function interact(verb, body, { quiet = false } = {}) {
  const as = state.house.me;
  const place = state.place;
  const notice = { id: ++noticeNumber, as, place, after: state.messages.at(-1)?.id ?? "0", text: null, pending: true };
  // Most answers come at once; only a wait that one would notice is shown.
  const timer = quiet ? null : setTimeout(() => set({ notices: [...state.notices, notice] }), NOTICED);
  const drop = () => {
    clearTimeout(timer);
    dismissNotice(notice.id);
  };
  let found;
  try {
    found = await act(verb, as, body);
  } catch (error) {
    drop();
    throw error;
  }
  drop();
  if (found.failed && !quiet) set({ notices: [...state.notices, { ...notice, text: found.failed, pending: false }] });
  if (found.form) {
    if (state.house.me === as) openForm(found, as);
    else toast("A form was opened for the person you were before.", "note");
  }
  return found;
}

/** Dismiss a notice. */
export const dismissNotice = (id) => set({ notices: state.notices.filter((each) => each.id !== id) });

/** Press a button. */
export const press = (message, button) => tried(() => interact("click", { message: message.id, button }));

/** Choose from a menu on a message. */
export const pick = (message, menu, values) => tried(() => interact("select", { message: message.id, menu, values }));

/** Run a slash command. Throws where it is refused, so that its form can say why. */
export const run = (name, options) => interact("command", { place: state.place, name, options });

/** Choose an entry of a message's own menu. */
export const useMenu = (message, name) => tried(() => interact("menu", { message: message.id, name }));

/** Do something that has no answer, and say why where it is refused. Returns whether it was done. */
export const simply = (verb, body) => tried(async () => Boolean(await act(verb, state.house.me, body)));
