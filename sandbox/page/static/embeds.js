// What messages carry beside their words: cards, files, polls, forwarded messages.

import { colour, h, icon } from "./dom.js";
import { inlineMarkdown, markdown } from "./markdown.js";
import { link } from "./mentions.js";
import { stamp } from "./when.js";

const isWeb = (address) => /^https?:\/\//.test(address ?? "");

/** An embed, as a card with its colour at the side. */
export function embed(found, names) {
  const title = found.title && inlineMarkdown(found.title, names);
  const footer = [found.footer?.text, found.timestamp && stamp(Date.parse(found.timestamp), "f")].filter(Boolean).join(" · ");
  return h(
    "article",
    { class: "embed", style: { "--bar": colour(found.color ?? 0) ?? "var(--line-strong)" } },
    found.author?.name && h("p", { class: "embed-author" }, isWeb(found.author.url) ? link(found.author.url, found.author.name) : found.author.name),
    title && h("p", { class: "embed-title" }, isWeb(found.url) ? link(found.url, title) : title),
    found.description && h("div", { class: "embed-text" }, markdown(found.description, names)),
    found.fields?.length > 0 && h("dl", { class: "embed-fields" }, found.fields.map((each) => field(each, names))),
    (found.image?.url || found.thumbnail?.url) && h("p", { class: "subtext" }, "(a picture, which this page does not load)"),
    footer && h("p", { class: "embed-footer" }, footer),
  );
}

const field = (each, names) =>
  h("div", { class: each.inline ? "inline" : null }, h("dt", {}, inlineMarkdown(each.name, names)), h("dd", {}, markdown(each.value, names)));

/** A file, as something to download. */
export function attachment(found) {
  const size = found.size < 1024 ? `${found.size} B` : found.size < 1048576 ? `${Math.round(found.size / 1024)} KB` : `${(found.size / 1048576).toFixed(1)} MB`;
  return h(
    "a",
    { class: "file", href: found.url, download: found.name, title: found.description ?? null },
    icon("clip"),
    h("span", { class: "file-name" }, found.name),
    h("span", { class: "dim" }, size),
    found.description && h("span", { class: "dim file-words" }, found.description),
  );
}

/** A poll, to read. */
export function poll(found) {
  const answers = (found.answers ?? []).map((each) => h("li", {}, each.poll_media?.text ?? ""));
  return h("div", { class: "embed" }, h("p", { class: "embed-title" }, found.question?.text ?? ""), h("ul", {}, answers), h("p", { class: "embed-footer" }, "Poll"));
}

/** A forwarded message. */
export function forwarded(snapshot, names) {
  return h("blockquote", { class: "forwarded" }, h("p", { class: "subtext" }, "Forwarded"), markdown(snapshot.content ?? "", names));
}
