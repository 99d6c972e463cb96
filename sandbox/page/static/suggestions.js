// The list above the composer, gone through with the arrow keys while the cursor stays in the text.

import { fill, h } from "./dom.js";

const MOST = 50;

/** A list for a text field: {node, show, close, key}. An item is {label, about, choose}. */
export function makeSuggestions(field) {
  let items = [];
  let at = 0;
  const list = h("ul", { id: "suggestions", role: "listbox", "aria-label": "Suggestions" });
  const title = h("p", { class: "suggestions-title" });
  const node = h("div", { class: "suggestions", hidden: true }, title, list);

  const mark = (to) => {
    at = (to + items.length) % items.length;
    for (const [index, each] of [...list.children].entries()) each.setAttribute("aria-selected", String(index === at));
    field.setAttribute("aria-activedescendant", `suggestion-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    items = [];
    node.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    const chosen = items[index];
    close();
    chosen?.choose();
  };
  const show = (words, found) => {
    if (!found.length) return close();
    items = found.slice(0, MOST);
    title.textContent = words;
    fill(list, items.map((each, index) => h("li", {
      id: `suggestion-${index}`, role: "option", "aria-selected": "false",
      // The press must not take the cursor out of the text, which would close the list before the click.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => choose(index),
    }, h("span", { class: "suggestion-label" }, each.label), h("span", { class: "suggestion-about" }, each.about))));
    node.hidden = false;
    field.setAttribute("aria-expanded", "true");
    mark(0);
  };
  /** Take a key that is for the list; returns whether it was. */
  const key = (event) => {
    if (!items.length) return false;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") choose(at);
    else return false;
    event.preventDefault();
    return true;
  };
  return { node, show, close, key };
}
