// Short sentences at the foot of the page, which go by themselves.

import { h, icon } from "./dom.js";

const SHOWN_FOR = 6000;

/** Say something; `kind` is "note" or "refusal". */
export function toast(text, kind = "refusal") {
  const close = h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => box.remove() }, icon("close"));
  const box = h("div", { class: ["toast", kind] }, h("p", {}, text), close);
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), SHOWN_FOR);
}

/** Run something, and say why where it was refused. Returns its result, or undefined. */
export async function tried(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}
