// A slash command that is being filled in, above the composer.

import { run } from "./acts.js";
import { look } from "./api.js";
import { optionField } from "./choices.js";
import { focusComposer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { allRight, makeField } from "./fields.js";
import { state, watch } from "./store.js";

let cached = null;
let isOpen = false;

watch(["commandsChanged"], () => { cached = null; });
watch(["house"], () => {
  // Roles decide what is offered; they may have changed.
  const key = JSON.stringify(state.house.people.find((each) => each.id === state.house.me)?.chips);
  if (cached && cached.chips !== key) cached = null;
});

/** What the person may run in this place. */
export async function commandsHere() {
  const as = state.house.me;
  const { place } = state;
  if (cached?.as !== as || cached?.place !== place) {
    const chips = JSON.stringify(state.house.people.find((each) => each.id === as)?.chips);
    cached = { as, place, chips, commands: (await look("commands", { as, place })).commands };
  }
  return cached.commands;
}

/** Whether a command is being filled in. */
export const commandIsOpen = () => isOpen;

/** Leave it. */
export function closeCommand() {
  isOpen = false;
  fill(document.getElementById("command"));
}

/** Show a command's options. */
export function openCommand(command) {
  isOpen = true;
  const options = [...command.options].sort((one, other) => Boolean(other.required) - Boolean(one.required));
  const fields = options.map((each) => makeField(optionField(each), { compact: true }));
  const problem = h("p", { class: "form-problem", role: "alert", hidden: true });
  const submit = h("button", { class: "button primary" }, "Run");
  const leave = () => {
    closeCommand();
    focusComposer();
  };
  const onKey = (event) => {
    if (event.key === "Escape") leave();
    if (event.key !== "Enter" || event.target.tagName !== "SELECT") return;
    event.preventDefault();
    form.requestSubmit();
  };
  const form = h("form", { class: "command", novalidate: true, "aria-label": `/${command.path}`, onkeydown: onKey },
    h("header", {}, h("strong", {}, `/${command.path}`), h("p", {}, command.description), h("button", { type: "button", class: "quiet", "aria-label": "Leave the command", onclick: leave }, icon("close"))),
    h("div", { class: "command-fields" }, fields.map((each) => each.node)),
    problem,
    h("footer", {}, h("p", { class: "dim" }, "Enter runs it, Esc leaves it"), submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    if (!allRight(fields)) return;
    const given = {};
    for (const [at, field] of fields.entries()) {
      const value = field.read();
      if (value !== null) given[field.id] = withKind(options[at], value);
    }
    submit.setAttribute("aria-busy", "true");
    try {
      closeWhile(form);
      await run(command.path, given);
      if (!form.isConnected) return;
      closeCommand();
    } catch (error) {
      form.hidden = false;
      problem.textContent = error.message;
      problem.hidden = false;
      submit.removeAttribute("aria-busy");
      return;
    }
    focusComposer();
  });
  fill(document.getElementById("command"), form);
  (fields[0] ?? { focus: () => submit.focus() }).focus();
}

/** Out of the way while it is under way; back if it is refused. */
function closeWhile(form) {
  form.hidden = true;
}

/** Choices of numbers are numbers; a select only knows texts. */
function withKind(option, value) {
  return option.choices && (option.type === 4 || option.type === 10) ? Number(value) : value;
}
