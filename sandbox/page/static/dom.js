// Builds the page out of nodes. Words that people wrote only ever become text nodes.

const SHAPES = {
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  hash: "M10 4 8 20M16 4l-2 16M4 9h16M3.5 15h16",
  thread: "M5 4v9a4 4 0 0 0 4 4h10M15 13l4 4-4 4",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z",
  letter: "M3.5 6h17v12h-17zM4 7l8 6 8-6",
  voice: "M5 10v4h3l5 4V6l-5 4zM16.5 9.5a4 4 0 0 1 0 5",
  close: "M6 6l12 12M18 6 6 18",
  clip: "M19 11.5 12 18.5a4.6 4.6 0 0 1-6.5-6.5l7.5-7.5a3.1 3.1 0 0 1 4.4 4.4L10 16.3a1.5 1.5 0 0 1-2.2-2.2l6.7-6.7",
  send: "M5 12h13M12 5.5l6.5 6.5-6.5 6.5",
  reply: "M10 6 4 12l6 6M4 12h10a6 6 0 0 1 6 6",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v4.5l3 2",
  eye: "M2.5 12s3.5-6 9.5-6 9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
};

/** An element: `props` are properties or attributes, `on…` are listeners, `class`, `data` and `style` as one thinks. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

/** Append nodes, texts and lists of them; nothing for null and false. */
export function add(parent, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child);
  }
  return parent;
}

/** A small line drawing, for decoration. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** Words for screen readers only. */
export const unseen = (text) => h("span", { class: "unseen" }, text);

/**
 * Make `parent` hold one node an item, keeping the nodes of items that did not change, and the focus.
 * An item is {key, sign, make}: `sign` is whatever the node depends on, as JSON.
 */
export function keyed(parent, items) {
  const before = parent.keyedNodes ?? new Map();
  const after = new Map();
  const focused = parent.contains(document.activeElement) ? document.activeElement.closest("[data-focus]") : null;
  for (const { key, sign, make } of items) {
    const signed = JSON.stringify(sign);
    const old = before.get(key);
    after.set(key, old && old.signed === signed ? old : { signed, node: make() });
  }
  for (const [key, { node }] of before) if (after.get(key)?.node !== node) node.remove();
  let at = parent.firstChild;
  for (const { node } of after.values()) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
  parent.keyedNodes = after;
  if (focused && !focused.isConnected) {
    for (const each of parent.querySelectorAll("[data-focus]")) {
      if (each.dataset.focus === focused.dataset.focus) each.focus({ preventScroll: true });
    }
  }
}

/** Put these in the place of everything inside. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  parent.keyedNodes = undefined;
  return add(parent, children);
}

/** A person's round sign: their initials, in a hue of their own. */
export function avatar(id, name, bot = false) {
  const words = name.trim().split(/\s+/);
  const initials = (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 1)).toUpperCase();
  const hue = Number(BigInt(id) % 997n) * 47 % 360;
  return h("span", { class: ["avatar", bot && "bot-avatar"], style: { "--hue": hue }, "aria-hidden": "true" }, initials);
}

/** Discord's colour number as CSS; none for 0. */
export const colour = (number) => (number ? `#${number.toString(16).padStart(6, "0")}` : null);
