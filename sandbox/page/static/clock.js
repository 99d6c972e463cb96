// The sandbox's clock: what it shows, and moving it on.

import { send } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { setZone, state, watch } from "./store.js";
import { tried } from "./toast.js";
import { dayShort, fieldValue, now, refreshRelative, setClock, timeOfDay } from "./when.js";

const STEPS = [["+1 min", 60], ["+5 min", 300], ["+15 min", 900], ["+1 h", 3600], ["+1 day", 86400]];
const HOURS = ["08:30", "09:00", "17:00"];

let face;
let target;

/** Draw the clock, and let it go. */
export function startClock() {
  const box = document.getElementById("clock");
  face = h("summary", { "aria-label": "Sandbox time; open to choose a zone or a moment" });
  const panel = h("details", { class: "popover", name: "bar" }, face, h("div", { class: "panel" }, more()));
  fill(box, panel, h("div", { class: "steps only-wide" }, steps(), next("09:00")));
  dismissable(panel);
  watch(["house", "zone"], draw);
  setInterval(draw, 1000);
}

/** Close a panel by Escape, or by a press outside it. */
export function dismissable(panel) {
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  addEventListener("pointerdown", (event) => { if (panel.open && !panel.contains(event.target)) panel.open = false; });
}

const steps = () => STEPS.map(([label, seconds]) => h("button", { type: "button", class: "step", title: `Move the clock on by ${label.slice(1)}`, onclick: () => move({ seconds }) }, label));

const next = (wall) => h("button", { type: "button", class: "step", title: `Move the clock on to the next ${wall}`, onclick: () => move({ next: wall, zone: state.zone }) }, `next ${wall}`);

function more() {
  const zone = h("select", { id: "zone", onchange: () => setZone(zone.value) }, zones().map((each) => h("option", { value: each, selected: each === state.zone }, each.replaceAll("_", " "))));
  const wall = h("input", { type: "time", id: "next-time", value: "09:00", required: true });
  target = h("input", { type: "datetime-local", id: "to-time", required: true });
  const ahead = (event, work) => { event.preventDefault(); work(); };
  return [
    h("p", { class: "setting stacked" }, h("label", { for: "zone" }, "Times are shown in"), zone),
    h("h3", {}, "Move the clock on"),
    h("div", { class: "row only-narrow" }, steps()),
    h("div", { class: "row" }, HOURS.map(next)),
    h("form", { class: "setting", onsubmit: (event) => ahead(event, () => move({ next: wall.value, zone: state.zone })) }, h("label", { for: "next-time" }, "to the next"), wall, h("button", { class: "step" }, "Go")),
    h("form", { class: "setting", onsubmit: (event) => ahead(event, () => move({ to: target.value, zone: state.zone })) }, h("label", { for: "to-time" }, "to"), target, h("button", { class: "step" }, "Go")),
    h("p", { class: "dim" }, "It moves forward only, and everything in the house with it."),
  ];
}

function zones() {
  const all = Intl.supportedValuesOf?.("timeZone") ?? [];
  return [...new Set([state.zone, "UTC", ...all])];
}

async function move(by) {
  const found = await tried(() => send("/clock", by));
  if (!found) return;
  setClock(found);
  draw();
  refreshRelative();
}

let drawn = "";

function draw() {
  if (!state.house) return;
  const moment = now();
  const words = `${dayShort(moment)} ${timeOfDay(moment)} ${state.zone}`;
  if (words === drawn) return;
  drawn = words;
  fill(face, icon("clock"), h("span", { class: "time" }, timeOfDay(moment)), h("span", { class: "day-short" }, dayShort(moment)), h("span", { class: "zone-short" }, state.zone.split("/").at(-1).replaceAll("_", " ")));
  if (document.activeElement !== target) target.value = fieldValue(moment + 60000);
}
