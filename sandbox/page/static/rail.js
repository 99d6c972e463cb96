// The people: who one can be, what is new to each, and the settings of the one that one is.

import { become, simply } from "./acts.js";
import { focusComposer } from "./composer.js";
import { avatar, colour, h, icon, keyed, unseen } from "./dom.js";
import { me, state, watch } from "./store.js";

const LANGUAGES = [["en-US", "English"], ["es-ES", "Español (España)"], ["es-419", "Español (Latinoamérica)"]];
const MOST_CHIPS = 3;

/** Draw the rail, and keep it drawn. */
export function startRail() {
  watch(["house"], draw);
  watch(["house", "connected"], drawBot);
  const sides = document.getElementById("sides");
  const veil = document.getElementById("veil");
  const button = document.getElementById("open-sides");
  button.append(icon("menu"), h("span", { class: "dot", hidden: true }));
  button.addEventListener("click", () => openSides(!document.body.classList.contains("sides-open")));
  veil.addEventListener("click", () => openSides(false));
  sides.addEventListener("keydown", (event) => { if (event.key === "Escape") openSides(false); });
}

/** Open or close the lists where the page is too narrow to show them always. */
export function openSides(open) {
  document.body.classList.toggle("sides-open", open);
  document.getElementById("veil").hidden = !open;
  document.getElementById("open-sides").setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#people button[aria-current]")?.focus();
}

function draw() {
  const { house } = state;
  keyed(document.getElementById("people"), house.people.map((each) => ({
    key: each.id,
    sign: [each, each.id === house.me],
    make: () => h("li", {}, personButton(each, each.id === house.me)),
  })));
  const own = me();
  keyed(document.getElementById("self"), [{ key: own.id, sign: [own.dms, own.locale, own.guilds, own.name, house.others, house.guilds.map((each) => [each.name, each.mine])], make: () => settings(own) }]);
  const ringing = house.people.some((each) => each.rings > 0 && each.id !== house.me);
  document.querySelector("#open-sides .dot").hidden = !(ringing || own.rings > 0);
  const rings = house.people.reduce((sum, each) => sum + each.rings, 0);
  document.title = rings ? `(${rings}) Handrail sandbox` : "Handrail sandbox";
}

function personButton(person, current) {
  const news = person.rings > 0
    ? h("span", { class: "badge" }, String(person.rings), unseen(person.rings === 1 ? " message for this person" : " messages for this person"))
    : person.new > 0 && h("span", { class: "pip" }, unseen("something new"));
  const chips = person.chips.slice(0, MOST_CHIPS).map(chip);
  const hiddenChips = person.chips.length - MOST_CHIPS;
  return h("button", {
    type: "button", class: "person", "aria-current": current ? "true" : null, data: { focus: `person ${person.id}`, person: person.id },
    title: person.chips.map((each) => each.name).join(", ") || null,
    onclick: async () => {
      openSides(false);
      await become(person.id);
      focusComposer();
    },
  },
  avatar(person.id, person.name),
  h("span", { class: "person-words" }, h("span", { class: "person-name" }, person.name), h("span", { class: "chips" }, chips, hiddenChips > 0 && chip({ name: `+${hiddenChips}`, colour: 0 }))),
  news);
}

const chip = (each) => h("span", { class: "chip", style: { "--role": colour(each.colour) ?? "var(--soft)" } }, each.name);

function settings(person) {
  const dms = h("input", { type: "checkbox", role: "switch", id: "dms", checked: person.dms, data: { focus: "dms" }, onchange: (event) => simply("dms", { open: event.target.checked }) });
  const languages = LANGUAGES.some(([each]) => each === person.locale) ? LANGUAGES : [...LANGUAGES, [person.locale, person.locale]];
  const language = h("select", { id: "locale", data: { focus: "locale" }, onchange: (event) => simply("locale", { locale: event.target.value }) },
    languages.map(([value, label]) => h("option", { value, selected: value === person.locale }, label)));
  return h("section", { class: "self", "aria-label": `Settings of ${person.name}` },
    h("h3", {}, person.name),
    h("p", { class: "setting" }, h("label", { for: "dms" }, "Accepts DMs"), dms),
    h("p", { class: "setting" }, h("label", { for: "locale" }, "Language"), language),
    state.house.guilds.filter((each) => !each.mine).map((each) => h("button", { type: "button", class: "link", onclick: () => simply("leave", { guild: each.id }) }, `Leave ${each.name}`)),
    state.house.others.map((each) => h("button", { type: "button", class: "link", onclick: () => simply("join", { guild: each.id }) }, `Join ${each.name}`)));
}

function drawBot() {
  if (!state.house) return;
  const { bot } = state.house;
  const [kind, words] = !state.connected ? ["lost", "Reconnecting…"] : bot.online ? ["online", `${bot.name} is online`] : ["offline", `${bot.name} is offline`];
  keyed(document.getElementById("bot"), [{ key: "bot", sign: words, make: () => h("span", { class: `bot-state ${kind}` }, words) }]);
}
