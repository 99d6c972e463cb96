// A form that the application opened.

import { interact } from "./acts.js";
import { showDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { allRight, makeField } from "./fields.js";
import { markdown } from "./markdown.js";
import { directory } from "./store.js";

/** Show the form of an interaction, until it is sent or left. */
export function openForm({ id, form }) {
  const fields = [];
  const parts = form.parts.map((part) => {
    if ("text" in part) return h("div", { class: "words" }, markdown(part.text, directory()));
    const field = makeField(part.field);
    fields.push(field);
    return field.node;
  });
  const problem = h("p", { class: "form-problem", role: "alert", hidden: true });
  const submit = h("button", { class: "button primary" }, "Send");
  const cancel = h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel");
  const body = h("form", { class: "form", novalidate: true }, h("div", { class: "form-parts" }, parts), problem, h("footer", {}, cancel, submit));
  const dialog = showDialog(form.title, body);
  const say = (text) => {
    problem.textContent = text ?? "";
    problem.hidden = !text;
  };
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    say(null);
    if (submit.getAttribute("aria-busy") === "true" || !allRight(fields)) return;
    submit.setAttribute("aria-busy", "true");
    const values = Object.fromEntries(fields.map((each) => [each.id, each.read() ?? each.none]).filter(([, value]) => value !== undefined));
    try {
      const found = await interact("submit", { interaction: id, values }, { quiet: true });
      if (found.failed) say(`${found.failed}. What you wrote is still here: you can send it again.`);
      else dialog.close();
    } catch (error) {
      say(error.message);
    } finally {
      submit.removeAttribute("aria-busy");
    }
  });
  (fields[0] ?? { focus: () => submit.focus() }).focus();
}
