// The fields of forms and commands: each with its label, its limits, and the sentence that says what is wrong.

import { choicesFor } from "./choices.js";
import { h, unseen } from "./dom.js";

let number = 0;

/**
 * A field {node, read, check, focus}: `read` gives its value or null, `check` shows and returns what is wrong.
 * A form marks what is needed, as its labels are the application's; a command (`compact`) what is optional.
 */
export function makeField(spec, { compact = false } = {}) {
  const id = `field-${++number}`;
  const input = inputFor(spec, id);
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const describedBy = [spec.description && `${id}-about`, `${id}-error`].filter(Boolean).join(" ");
  input.target.setAttribute("aria-describedby", describedBy);
  const needed = spec.required
    ? !compact && [h("span", { class: "needed", "aria-hidden": "true" }, " *"), unseen(" (needed)")]
    : compact && h("span", { class: "optional" }, " (optional)");
  const label = [spec.label, needed];
  const parts = [
    spec.description && h("p", { class: "field-about", id: `${id}-about` }, spec.description),
    input.node,
    h("div", { class: "field-foot" }, error, input.counter),
  ];
  const node = input.group
    ? h("fieldset", { class: "field" }, h("legend", {}, label), parts)
    : h("div", { class: ["field", compact && "compact"] }, h("label", { for: id }, label), parts);
  const show = (text) => {
    error.textContent = text ?? "";
    error.hidden = !text;
    input.target.toggleAttribute("aria-invalid", Boolean(text));
    if (text) input.target.setAttribute("aria-invalid", "true");
    return text;
  };
  node.addEventListener("input", () => { if (!error.hidden) show(input.check()); });
  // What a form sends where nothing was given: without it, the field would keep what it was opened with.
  const none = spec.kind === "text_input" ? "" : spec.kind.endsWith("_select") ? [] : undefined;
  return { id: spec.id, node, none, read: input.read, check: () => show(input.check()), show, focus: () => input.target.focus() };
}

/** Check all fields; the first that is wrong gets the focus. Returns whether all are right. */
export function allRight(fields) {
  const wrong = fields.filter((each) => each.check());
  wrong[0]?.focus();
  return wrong.length === 0;
}

function inputFor(spec, id) {
  switch (spec.kind) {
    case "text_input": return textInput(spec, id);
    case "integer": case "number": return numberInput(spec, id);
    case "boolean": return oneOf(spec, id, [{ label: "Yes", value: "true" }, { label: "No", value: "false" }], (value) => value === "true");
    case "checkbox": return checkbox(spec, id);
    case "checkbox_group": return someOf(spec, id, spec.options, "checkbox");
    case "radio_group": return someOf(spec, id, spec.options, "radio");
    case "file_upload": return nothing(spec, id);
    default: {
      const options = spec.kind === "string_select" ? spec.options : choicesFor(spec.kind);
      return spec.max_values > 1 ? someOf(spec, id, options, "checkbox") : oneOf(spec, id, options);
    }
  }
}

function textInput(spec, id) {
  const limited = spec.max_length < 4000;
  const target = h(spec.multiline ? "textarea" : "input", {
    id, placeholder: spec.placeholder || null, autocomplete: "off", rows: spec.multiline ? 4 : null, required: spec.required,
  });
  target.value = typeof spec.value === "string" ? spec.value : "";
  const counter = limited ? h("span", { class: "counter", "aria-hidden": "true" }) : null;
  const count = () => { if (counter) counter.textContent = `${[...target.value].length} / ${spec.max_length}`; };
  target.addEventListener("input", count);
  count();
  const check = () => {
    const length = [...target.value].length;
    if (!target.value.trim()) return spec.required ? "This is needed." : null;
    if (length < spec.min_length) return `At least ${spec.min_length} characters; these are ${length}.`;
    if (length > spec.max_length) return `At most ${spec.max_length} characters; these are ${length}.`;
    return null;
  };
  return { node: target, target, counter, check, read: () => target.value || null };
}

function numberInput(spec, id) {
  const target = h("input", { id, type: "number", step: spec.kind === "integer" ? "1" : "any", min: spec.low ?? null, max: spec.high ?? null, autocomplete: "off" });
  const check = () => {
    if (target.validity.badInput) return "This takes a number.";
    if (!target.value) return spec.required ? "This is needed." : null;
    const value = Number(target.value);
    if (spec.kind === "integer" && !Number.isInteger(value)) return "This takes a whole number.";
    if (spec.low !== undefined && value < spec.low) return `At least ${spec.low}.`;
    if (spec.high !== undefined && value > spec.high) return `At most ${spec.high}.`;
    return null;
  };
  return { node: target, target, check, read: () => (target.value ? Number(target.value) : null) };
}

function oneOf(spec, id, options, turn = (value) => value) {
  const given = Array.isArray(spec.value) ? spec.value[0] : spec.value;
  const target = h(
    "select",
    { id, required: spec.required },
    h("option", { value: "" }, spec.placeholder || (spec.required ? "Choose…" : "–")),
    options.map((each) => h("option", { value: each.value }, each.label)),
  );
  target.value = given ?? "";
  const check = () => (spec.required && !target.value ? "A choice is needed." : null);
  return { node: target, target, check, read: () => (target.value ? turn(target.value) : null) };
}

function someOf(spec, id, options, type) {
  const given = new Set([spec.value].flat().filter(Boolean));
  const boxes = options.map((each) => h("input", { type, name: id, value: each.value, checked: given.has(each.value) }));
  const node = h("div", { class: "choices", id, role: "group" }, options.map((each, at) => h("label", { class: "choice" }, boxes[at], h("span", {}, each.label))));
  const chosen = () => boxes.filter((each) => each.checked).map((each) => each.value);
  const check = () => {
    const count = chosen().length;
    if (!count) return spec.required ? "A choice is needed." : null;
    if (type === "checkbox" && count < spec.min_values) return `At least ${spec.min_values}.`;
    if (type === "checkbox" && count > spec.max_values) return `At most ${spec.max_values}; these are ${count}.`;
    return null;
  };
  const target = boxes[0] ?? node;
  // An empty list says "none of them"; nothing at all would leave what the form was opened with.
  return { node, target, group: true, check, read: () => (type === "radio" ? chosen()[0] ?? null : chosen()) };
}

function checkbox(spec, id) {
  const target = h("input", { id, type: "checkbox", checked: spec.value === true });
  return { node: target, target, check: () => null, read: () => target.checked };
}

function nothing(spec, id) {
  const target = h("p", { id, class: "field-about" }, "Files cannot be given here.");
  return { node: target, target, check: () => (spec.required ? "This takes a file, which cannot be given here." : null), read: () => null };
}
