// Discord's Markdown, read straight into nodes. Only the forms below mean anything; all else is text.

import { h } from "./dom.js";
import { address, channelMention, commandMention, everyoneMention, link, roleMention, timeMention, userMention } from "./mentions.js";

const FENCE = /^```(?:[\w+#.-]*\n)?([\s\S]*?)```/;
const DEEPEST = 12;

/** Nodes for a text. `names` is the store's directory. */
export function markdown(text, names) {
  return blocks(text, names, 0);
}

/** Nodes for a text that has no blocks, such as a title or a label. */
export function inlineMarkdown(text, names) {
  return inline(text, names, 0);
}

function blocks(text, names, depth) {
  const found = [];
  let rest = text;
  let plain = [];
  const flush = () => {
    const lines = plain;
    plain = [];
    while (lines.length && !lines[0].trim()) lines.shift();
    while (lines.length && !lines.at(-1).trim()) lines.pop();
    if (lines.length) found.push(h("p", {}, inline(lines.join("\n"), names, depth)));
  };
  while (rest) {
    const fence = FENCE.exec(rest);
    if (fence) {
      flush();
      found.push(h("pre", { tabindex: "0" }, h("code", {}, fence[1].replace(/\n$/, ""))));
      rest = rest.slice(fence[0].length).replace(/^\n/, "");
      continue;
    }
    const block = depth < DEEPEST && blockAt(rest, names, depth);
    if (block) {
      flush();
      found.push(block.node);
      rest = rest.slice(block.length);
      continue;
    }
    const [line] = /^[^\n]*\n?/.exec(rest);
    const inside = line.indexOf("```");
    const taken = inside > 0 && FENCE.test(rest.slice(inside)) ? line.slice(0, inside) : line;
    plain.push(taken.replace(/\n$/, ""));
    rest = rest.slice(taken.length);
  }
  flush();
  return found;
}

function blockAt(rest, names, depth) {
  const heading = /^(#{1,3}) +([^\n]+)\n?/.exec(rest);
  if (heading) {
    // The page has its own h1 and h2; a message's headings stand below them.
    const node = h("p", { class: `heading-${heading[1].length}`, role: "heading", "aria-level": heading[1].length + 3 });
    node.append(...inline(heading[2].trim(), names, depth));
    return { node, length: heading[0].length };
  }
  const small = /^-# +([^\n]+)\n?/.exec(rest);
  if (small) return { node: h("p", { class: "subtext" }, inline(small[1], names, depth)), length: small[0].length };
  const all = /^>>> ([\s\S]+)$/.exec(rest);
  if (all) return { node: h("blockquote", {}, blocks(all[1], names, depth + 1)), length: all[0].length };
  const quote = /^(?:> [^\n]*(?:\n|$))+/.exec(rest);
  if (quote) {
    const text = quote[0].replace(/^> /gm, "").replace(/\n$/, "");
    return { node: h("blockquote", {}, blocks(text, names, depth + 1)), length: quote[0].length };
  }
  const list = /^(?: *(?:[-*]|\d{1,9}\.) +[^\n]*(?:\n|$)(?: {2,}(?![-*] |\d+\. )[^\n]*(?:\n|$))*)+/.exec(rest);
  return list && { node: listOf(list[0], names, depth), length: list[0].length };
}

function listOf(text, names, depth) {
  const items = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const item = /^( *)([-*]|\d{1,9}\.) +(.*)$/.exec(line);
    if (!item) items.at(-1).text += `\n${line.trim()}`;
    else items.push({ indent: item[1].length, mark: item[2], text: item[3] });
  }
  const box = h("div", {});
  let at = 0;
  // A list ends where its kind of mark does; what is indented further is a list inside its last item.
  const level = (parent, indent) => {
    const ordered = /\d/.test(items[at].mark);
    const list = h(ordered ? "ol" : "ul", ordered ? { start: Number.parseInt(items[at].mark, 10) } : {});
    parent.append(list);
    while (at < items.length && items[at].indent >= indent) {
      const { indent: own, mark, text } = items[at];
      if (own > indent + 1 && list.lastChild) level(list.lastChild, own);
      else if (/\d/.test(mark) !== ordered) return level(parent, indent);
      else {
        list.append(h("li", {}, inline(text, names, depth + 1)));
        at += 1;
      }
    }
    return undefined;
  };
  level(box, 0);
  while (at < items.length) level(box, items[at].indent);
  return box;
}

const wrapped = (tag, props) => (match, names, depth) => h(tag, props, inline(match[1], names, depth + 1));

const RULES = [
  [/\\([^\sA-Za-z0-9])/y, (match) => match[1]],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, (match) => h("code", {}, match[2].replace(/^ (.*) $/, "$1"))],
  [/\*\*\*([\s\S]+?)\*\*\*(?!\*)/y, (match, names, depth) => h("strong", {}, h("em", {}, inline(match[1], names, depth + 1)))],
  [/\*\*([\s\S]+?)\*\*(?!\*)/y, wrapped("strong")],
  [/__([\s\S]+?)__(?!_)/y, wrapped("u")],
  [/\*(?=\S)([\s\S]*?\S)\*(?!\*)/y, wrapped("em")],
  [/_([\s\S]+?)_(?!\w)/y, wrapped("em")],
  [/~~([\s\S]+?)~~/y, wrapped("s")],
  [/\|\|([\s\S]+?)\|\|/y, spoiler],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s<>)]+)>?\)/y, (match, names, depth) => link(match[2], inline(match[1], names, depth + 1))],
  [/<@!?(\d{1,20})>/y, (match, names) => userMention(match[1], names)],
  [/<@&(\d{1,20})>/y, (match, names) => roleMention(match[1], names)],
  [/<#(\d{1,20})>/y, (match, names) => channelMention(match[1], names)],
  [/<\/([\w -]{1,100}):\d{1,20}>/y, (match) => commandMention(match[1])],
  [/<t:(-?\d{1,12})(?::([tTdDfFsSR]))?>/y, (match) => timeMention(Number(match[1]), match[2] ?? "f")],
  [/<a?(:\w{1,40}:)\d{1,20}>/y, (match) => match[1]],
  [/<(https?:\/\/[^\s<>]+)>/y, (match, names) => address(match[1], names)],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"')\]!?]/y, (match, names) => address(match[0], names)],
  [/@(?:everyone|here)\b/y, (match) => everyoneMention(match[0])],
];

function inline(text, names, depth) {
  const found = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const read = depth < DEEPEST && "\\`*_~|[<@h".includes(text[at]) ? ruleAt(text, at, names, depth) : null;
    if (read) {
      if (plain) found.push(plain);
      plain = "";
      found.push(read.node);
      at += read.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) found.push(plain);
  return found;
}

function ruleAt(text, at, names, depth) {
  // An underscore inside a word is a letter of it.
  if (text[at] === "_" && at > 0 && /\w/.test(text[at - 1])) return null;
  for (const [pattern, make] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    // `make` may read further texts with the same pattern, which moves its lastIndex; the match is complete already.
    if (match) return { node: make(match, names, depth), length: match[0].length };
  }
  return null;
}

function spoiler(match, names, depth) {
  const inside = h("span", { class: "hidden-words", "aria-hidden": "true" }, inline(match[1], names, depth + 1));
  const reveal = () => {
    node.classList.add("shown");
    node.removeAttribute("role");
    node.removeAttribute("tabindex");
    node.removeAttribute("aria-label");
    inside.removeAttribute("aria-hidden");
  };
  const node = h("span", {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-label": "Spoiler: press to show",
    onclick: reveal,
    onkeydown: (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        reveal();
      }
    },
  }, inside);
  return node;
}
