// One message.

import { open, simply } from "./acts.js";
import { components } from "./components.js";
import { add, avatar, colour, h, icon } from "./dom.js";
import { attachment, embed, forwarded, poll } from "./embeds.js";
import { inlineMarkdown, markdown } from "./markdown.js";
import { openMenu } from "./menu.js";
import { toast } from "./toast.js";
import { stamp, timeOfDay } from "./when.js";

const NOTICES = {
  recipient_add: (who, about) => [who, " added ", about, " to the thread."],
  recipient_remove: (who, about) => [who, " removed ", about, " from the thread."],
  channel_pinned: (who) => [who, " pinned a message."],
  thread_created: (who, _about, message) => [who, " started a thread: ", h("strong", {}, message.content)],
};

/** A message; `joined` to the one before it, of the same author, where that is just above. */
export function messageNode(message, { joined, names }) {
  if (NOTICES[message.type]) return notice(message, names);
  if (message.type === "thread_starter") return starter(message, names);
  const kinds = ["message", joined && "joined", message.ephemeral && "ephemeral", message.rings && "rings"];
  const node = h("article", { class: kinds, id: `message-${message.id}`, data: { message: message.id }, "aria-label": `${message.author.name}, ${timeOfDay(Date.parse(message.at))}` });
  return add(node, [
    above(message, names),
    joined ? h("span", { class: "when-joined", "aria-hidden": "true" }, timeOfDay(Date.parse(message.at))) : avatar(message.author.id, message.author.name, message.author.bot),
    h("div", { class: "message-body" }, joined ? null : heading(message), body(message, names), below(message)),
    more(message),
  ]);
}

function heading(message) {
  const moment = Date.parse(message.at);
  return h("p", { class: "message-head" },
    h("span", { class: "author", style: { "--role": colour(message.author.colour) ?? "inherit" } }, message.author.name),
    message.author.bot && h("span", { class: "tag" }, "APP"),
    h("time", { datetime: message.at, title: stamp(moment, "F") }, timeOfDay(moment)));
}

function above(message, names) {
  if (message.used) return h("p", { class: "above" }, h("strong", {}, message.used.by), " used ", h("span", { class: "mention" }, message.used.command));
  if (!message.reply) return null;
  if (message.reply.gone) return h("p", { class: "above dim" }, icon("reply"), " The original message is not there any more.");
  const words = inlineMarkdown(message.reply.content.replace(/\s+/g, " "), names);
  return h("p", { class: "above" }, icon("reply"), h("strong", {}, message.reply.author.name),
    h("a", { class: "reply-words", href: `#message-${message.reply.id}`, onclick: (event) => jump(event, message.reply.id) }, words.length ? words : "(a card or a file)"));
}

function jump(event, id) {
  event.preventDefault();
  showMessage(id);
}

/** Bring a message into sight, where it is loaded. */
export function showMessage(id) {
  const target = document.getElementById(`message-${id}`);
  if (!target) return toast("That message is not among those loaded here.", "note");
  target.scrollIntoView({ block: "center" });
  target.animate([{ backgroundColor: "var(--glow)" }, { backgroundColor: "transparent" }], 1600);
  return undefined;
}

/** What a message says and carries. */
function body(message, names) {
  if (message.loading) return h("p", { class: "thinking" }, h("span", { class: "dots", "aria-hidden": "true" }), `${message.author.name} is thinking…`);
  const edited = message.edited && h("span", { class: "edited", title: stamp(Date.parse(message.edited), "F") }, " (edited)");
  return [
    (message.content || edited) && h("div", { class: "words" }, markdown(message.content, names), edited),
    message.forwarded.map((each) => forwarded(each.message ?? each, names)),
    message.poll && poll(message.poll),
    message.embeds.map((each) => embed(each, names)),
    message.attachments.length > 0 && h("div", { class: "files" }, message.attachments.map(attachment)),
    components(message.components, message, names),
    message.reactions.length > 0 && h("div", { class: "row" }, message.reactions.map((each) => reaction(each, message))),
  ];
}

const reaction = (each, message) => h("button", {
  type: "button", class: ["reaction", each.mine && "mine"], "aria-pressed": String(each.mine), data: { focus: `reaction ${message.id} ${each.emoji}` },
  onclick: () => simply("react", { message: message.id, emoji: each.emoji, on: !each.mine }),
}, `${each.emoji} ${each.count}`);

function below(message) {
  return [
    message.thread && threadLink(message.thread),
    message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only you can see this · ",
      h("button", { type: "button", class: "link", onclick: () => simply("delete", { message: message.id }) }, "Dismiss message")),
  ];
}

const threadLink = (thread) => h("button", { type: "button", class: "thread-link", onclick: () => open(thread.id) },
  icon("thread"), h("strong", {}, thread.name), h("span", { class: "dim" }, thread.archived ? "archived" : thread.count === 1 ? "1 message" : `${thread.count} messages`));

function more(message) {
  const label = `More about the message of ${message.author.name}`;
  return h("button", {
    type: "button", class: "quiet more", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false",
    data: { focus: `more ${message.id}` }, onclick: (event) => openMenu(message, event.currentTarget),
  }, icon("more"));
}

function notice(message, names) {
  const who = h("strong", {}, message.author.name);
  const about = h("strong", {}, message.about.map((id) => names.users[id] ?? "somebody").join(", "));
  return h("article", { class: "notice", data: { message: message.id } }, h("p", {}, NOTICES[message.type](who, about, message), " ",
    h("time", { datetime: message.at }, timeOfDay(Date.parse(message.at)))), message.thread && threadLink(message.thread));
}

function starter(message, names) {
  if (!message.starter) return h("article", { class: "notice" }, h("p", {}, "The message this thread was started from is not there any more."));
  const node = messageNode({ ...message.starter, thread: null }, { joined: false, names });
  node.classList.add("starter");
  return node;
}
