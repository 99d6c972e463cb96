// Times, in the zone one chose and by the sandbox's clock.

import { state } from "./store.js";

const formats = new Map();
let base = Date.now();
let takenAt = performance.now();
let frozen = false;

/** Take the sandbox's time over. */
export function setClock(clock) {
  base = Date.parse(clock.now);
  takenAt = performance.now();
  frozen = clock.frozen;
}

/** The sandbox's time, in milliseconds since 1970. */
export const now = () => base + (frozen ? 0 : performance.now() - takenAt);

function format(moment, options) {
  const key = JSON.stringify([state.zone, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(undefined, { timeZone: state.zone, ...options }));
  return formats.get(key).format(moment);
}

const TIME = { hour: "2-digit", minute: "2-digit" };
const STYLES = {
  t: TIME,
  T: { ...TIME, second: "2-digit" },
  d: { year: "numeric", month: "2-digit", day: "2-digit" },
  D: { year: "numeric", month: "long", day: "numeric" },
  f: { year: "numeric", month: "long", day: "numeric", ...TIME },
  F: { weekday: "long", year: "numeric", month: "long", day: "numeric", ...TIME },
  s: { year: "numeric", month: "2-digit", day: "2-digit", ...TIME },
  S: { year: "numeric", month: "2-digit", day: "2-digit", ...TIME, second: "2-digit" },
};

/** A moment in one of Discord's styles; R is relative to the sandbox's present. */
export const stamp = (moment, style) => (style === "R" ? relative(moment) : format(moment, STYLES[style] ?? STYLES.f));

/** The time of day. */
export const timeOfDay = (moment) => format(moment, TIME);

/** The day, for a separator. */
export const dayOf = (moment) => format(moment, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** The clock's face: day and time. */
export const dayShort = (moment) => format(moment, { weekday: "short", day: "numeric", month: "short", year: "numeric" });

/** A datetime-local field's value. */
export function fieldValue(moment) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: state.zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(moment);
  const part = (type) => parts.find((each) => each.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(moment) {
  const seconds = Math.round((moment - now()) / 1000);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Write every relative time on the page anew. */
export function refreshRelative() {
  for (const each of document.querySelectorAll("time[data-relative]")) {
    each.textContent = stamp(Number(each.dataset.relative) * 1000, "R");
  }
}
