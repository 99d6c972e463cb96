// Who and what can be chosen where a form, a menu or a command asks for a person, a role or a channel.

import { places, state } from "./store.js";

const TEXT_CHANNELS = new Set(["text", "announcement", "voice", "forum"]);

const users = () => [
  ...state.house.people.map((each) => ({ label: each.name, value: each.id })),
  { label: state.house.bot.name, value: state.house.bot.id },
];
const roles = () => Object.entries(state.house.roles).map(([value, role]) => ({ label: role.name, value }));
const channels = () =>
  places().filter((each) => TEXT_CHANNELS.has(each.kind)).map((each) => ({ label: `#${each.name}`, value: each.id }));

/** Whether a component's type asks for a person, role or channel. */
export const isEntitySelect = (type) => type === 5 || type === 6 || type === 7 || type === 8;

/** The choices of a select component of this type. */
export function choicesFor(type) {
  if (type === 5 || type === "user_select") return users();
  if (type === 6 || type === "role_select") return roles();
  if (type === 7 || type === "mentionable_select") return [...users(), ...roles()];
  return channels();
}

const OPTION_KINDS = { 4: "integer", 5: "boolean", 6: "user_select", 7: "channel_select", 8: "role_select", 9: "mentionable_select", 10: "number", 11: "file_upload" };

/** A command's option as a field of a form. */
export function optionField(option) {
  const kind = option.choices ? "string_select" : OPTION_KINDS[option.type] ?? "text_input";
  return {
    id: option.name,
    label: option.name,
    // Clients show a lone ellipsis where a library had to say something.
    description: option.description === "…" ? "" : option.description ?? "",
    placeholder: "",
    kind,
    required: Boolean(option.required),
    multiline: false,
    min_length: option.min_length ?? 0,
    max_length: option.max_length ?? 6000,
    min_values: 1,
    max_values: 1,
    low: option.min_value,
    high: option.max_value,
    options: (option.choices ?? []).map((each) => ({ label: each.name, value: String(each.value) })),
    value: null,
  };
}
