// Buttons and menus on messages, and the newer kinds of parts as far as they are text.

import { colour, h } from "./dom.js";
import { markdown } from "./markdown.js";
import { choicesFor, isEntitySelect } from "./choices.js";
import { chooseMany } from "./dialogs.js";
import { press, pick } from "./acts.js";

const LINK = 5;
const LOOKS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", [LINK]: "secondary" };

/** Nodes for a message's components. */
export function components(found, message, names) {
  return found.map((each) => component(each, message, names));
}

function component(each, message, names) {
  switch (each.type) {
    case 1: return h("div", { class: "row" }, components(each.components ?? [], message, names));
    case 2: return button(each, message);
    case 3: case 5: case 6: case 7: case 8: return select(each, message);
    case 9: return h("div", { class: "section" }, h("div", {}, components(each.components ?? [], message, names)), each.accessory && component(each.accessory, message, names));
    case 10: return h("div", { class: "words" }, markdown(each.content ?? "", names));
    case 14: return h("hr");
    case 17: return h("div", { class: "embed", style: { "--bar": colour(each.accent_color ?? 0) ?? "var(--line-strong)" } }, components(each.components ?? [], message, names));
    default: return h("p", { class: "subtext" }, "(a part that this page does not show)");
  }
}

function button(each, message) {
  const label = [each.emoji && !each.emoji.id ? each.emoji.name : null, each.label].filter(Boolean).join(" ") || "…";
  if (each.style === LINK) {
    const safe = /^https?:\/\//.test(each.url ?? "");
    return h("a", { class: "button secondary", href: safe ? each.url : null, target: "_blank", rel: "noopener noreferrer" }, `${label} ↗`);
  }
  return h("button", {
    type: "button",
    class: ["button", LOOKS[each.style] ?? "secondary"],
    disabled: Boolean(each.disabled),
    data: { focus: `button ${message.id} ${each.custom_id}` },
    onclick: (event) => busy(event.currentTarget, () => press(message, each.custom_id)),
  }, label);
}

async function busy(node, work) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function select(each, message) {
  const options = isEntitySelect(each.type) ? choicesFor(each.type) : each.options ?? [];
  const placeholder = each.placeholder || "Choose…";
  const low = each.min_values ?? 1;
  const high = each.max_values ?? 1;
  const send = (node, values) => busy(node, () => pick(message, each.custom_id, values));
  if (high > 1 || low === 0) {
    const chosen = options.filter((option) => option.default).map((option) => option.value);
    return h("button", {
      type: "button",
      class: "button menu-button",
      disabled: Boolean(each.disabled),
      data: { focus: `menu ${message.id} ${each.custom_id}` },
      onclick: async (event) => {
        const node = event.currentTarget;
        const values = await chooseMany(placeholder, options, low, high, chosen);
        if (values) await send(node, values);
      },
    }, placeholder);
  }
  const node = h(
    "select",
    {
      class: "menu-select",
      "aria-label": placeholder,
      disabled: Boolean(each.disabled),
      data: { focus: `menu ${message.id} ${each.custom_id}` },
      onchange: async (event) => {
        const value = event.target.value;
        if (value) await send(node, [value]);
        // The application redraws the message where the choice is to stay; else one may choose the same again.
        if (node.isConnected) node.value = initial;
      },
    },
    h("option", { value: "" }, placeholder),
    options.map((option) => h("option", { value: option.value }, option.description ? `${option.label} – ${option.description}` : option.label)),
  );
  const initial = options.find((option) => option.default)?.value ?? "";
  node.value = initial;
  return node;
}
