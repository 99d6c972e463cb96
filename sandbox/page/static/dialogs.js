// Dialogs: they take the focus, leave by Escape, and give the focus back.

import { focusComposer } from "./composer.js";
import { h, icon } from "./dom.js";
import { allRight, makeField } from "./fields.js";

/** Show a dialog with this content; returns the element, whose `close` ends it. */
export function showDialog(title, content) {
  const close = h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));
  const dialog = h("dialog", { "aria-label": title }, h("header", {}, h("h2", {}, title), close), content);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    focusComposer();
  });
  dialog.showModal();
  return dialog;
}

/** Let several options be chosen. Resolves to their values, or null where the dialog was left. */
export function chooseMany(title, options, low, high, chosen) {
  const spec = {
    id: "choice", label: low === high ? `Choose ${low}` : `Choose ${low} to ${high}`, description: "", kind: "checkbox_group",
    required: low > 0, min_values: low, max_values: high, options, value: chosen,
  };
  return ask(title, spec, "Choose");
}

/** Ask for one text. Resolves to it, or null. */
export function askText(title, label, longest) {
  const spec = { id: "text", label, description: "", kind: "text_input", required: true, min_length: 1, max_length: longest, value: "" };
  return ask(title, spec, "OK");
}

function ask(title, spec, verb) {
  const field = makeField(spec);
  return new Promise((resolve) => {
    let answer = null;
    const cancel = h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel");
    const body = h("form", { class: "form", novalidate: true }, h("div", { class: "form-parts" }, field.node), h("footer", {}, cancel, h("button", { class: "button primary" }, verb)));
    const dialog = showDialog(title, body);
    body.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!allRight([field])) return;
      answer = field.read();
      dialog.close();
    });
    dialog.addEventListener("close", () => resolve(answer));
    field.focus();
  });
}
