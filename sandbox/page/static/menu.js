// A message's own menu: what one may do with it, and the application's entries.

import { simply, useMenu } from "./acts.js";
import { look } from "./api.js";
import { focusComposer } from "./composer.js";
import { askText } from "./dialogs.js";
import { h } from "./dom.js";
import { here, set, state } from "./store.js";
import { tried } from "./toast.js";

let shown = null;

/** Close the menu, if one is open. */
export function closeMenu({ refocus = false } = {}) {
  if (!shown) return;
  const { node, anchor } = shown;
  shown = null;
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus && anchor.isConnected) anchor.focus();
}

/** Open the menu of a message at its button. */
export async function openMenu(message, anchor) {
  if (shown?.anchor === anchor) return closeMenu();
  closeMenu();
  const found = await tried(() => look("menu", { as: state.house.me, message: message.id }));
  if (!found || !anchor.isConnected) return;
  const node = h("div", { class: "menu", role: "menu", "aria-label": "Message" }, entries(message, found.names));
  document.body.append(node);
  place(node, anchor);
  shown = { node, anchor };
  anchor.setAttribute("aria-expanded", "true");
  node.addEventListener("keydown", (event) => onKey(event, node));
  node.querySelector("button")?.focus();
}

function entries(message, names) {
  const entry = (label, work, kind) =>
    h("button", { type: "button", role: "menuitem", class: kind, onclick: () => { closeMenu(); work(); } }, label);
  const place = here();
  const found = [];
  if (!place?.silent && !message.ephemeral) found.push(entry("Reply", () => { set({ replyTo: message, editing: null }); focusComposer(); }));
  if (message.mine && ["default", "reply"].includes(message.type)) {
    found.push(entry("Edit", () => { set({ editing: message, replyTo: null }); focusComposer(); }));
  }
  if (place?.kind === "text" && !message.thread && !message.ephemeral) found.push(entry("Start a thread", () => startThread(message)));
  if (!message.ephemeral) found.push(entry("React with 👍", () => simply("react", { message: message.id, emoji: "👍", on: true })));
  if (message.deletable) {
    found.push(entry(message.ephemeral ? "Dismiss" : "Delete", () => { simply("delete", { message: message.id }); focusComposer(); }, "danger"));
  }
  if (names.length) {
    found.push(h("p", { class: "menu-title", role: "presentation" }, `Apps · ${state.house.bot.name}`));
    found.push(...names.map((name) => entry(name, () => { useMenu(message, name); focusComposer(); })));
  }
  if (!found.length) found.push(h("p", { class: "menu-title" }, "Nothing to do here"));
  return found;
}

async function startThread(message) {
  const name = await askText("Start a thread", "Name of the thread", 100);
  if (name) await simply("thread", { place: state.place, name, message: message.id });
}

function place(node, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = node.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8));
  const below = at.bottom + 4;
  const top = below + size.height < innerHeight - 8 ? below : Math.max(8, at.top - size.height - 4);
  node.style.left = `${left}px`;
  node.style.top = `${top}px`;
}

function onKey(event, node) {
  const all = [...node.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const go = (to) => {
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  if (event.key === "ArrowDown") go(at + 1);
  else if (event.key === "ArrowUp") go(at - 1);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(-1);
  else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu({ refocus: true });
  }
}

addEventListener("pointerdown", (event) => {
  if (shown && !shown.node.contains(event.target) && !shown.anchor.contains(event.target)) closeMenu();
});
addEventListener("resize", () => closeMenu());
