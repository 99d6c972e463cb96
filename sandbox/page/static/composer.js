// Where one writes. Enter sends, Shift+Enter begins a new line, "/" offers commands, "@" people, Escape leaves.

import { act } from "./api.js";
import { closeCommand, commandIsOpen, openCommand, commandsHere } from "./command.js";
import { fill, h, icon } from "./dom.js";
import { makeSuggestions } from "./suggestions.js";
import { here, set, state, watch } from "./store.js";
import { toast, tried } from "./toast.js";

const LARGEST = 8 * 1024 * 1024;
const drafts = new Map();

let box;
let words;
let suggestions;
let files = [];
let draftKey = null;
let notice;
let about;
let fileList;
let picker;
let editing = null;

/** Draw the composer, and keep it as the place wants it. */
export function startComposer() {
  words = h("textarea", {
    id: "words", rows: 1, autocomplete: "off", "aria-label": "Message", role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": "suggestions",
    oninput: onInput, onkeydown: onKey, onpaste: onPaste, onblur: () => setTimeout(() => suggestions.close(), 150),
  });
  picker = h("input", { type: "file", multiple: true, hidden: true, onchange: () => { addFiles(picker.files); picker.value = ""; } });
  const attach = h("button", { type: "button", class: "quiet", "aria-label": "Attach files", title: "Attach files", onclick: () => picker.click() }, icon("clip"));
  const submit = h("button", { class: "quiet send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
  suggestions = makeSuggestions(words);
  notice = h("p", { class: "silent", hidden: true });
  about = h("div", { class: "about-message", hidden: true });
  fileList = h("ul", { class: "pending-files", hidden: true });
  box = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); submitWords(); } }, attach, picker, words, submit);
  fill(document.getElementById("writing"), suggestions.node, h("div", { id: "command" }), about, fileList, box, notice);
  watch(["house", "place"], draw);
  watch(["replyTo", "editing"], drawAbout);
  document.getElementById("log").addEventListener("click", (event) => {
    const path = event.target.closest("[data-command]")?.dataset.command;
    if (path) startCommand(path);
  });
}

/** Put the cursor into the composer, where a keyboard is at hand. */
export function focusComposer() {
  if (document.querySelector("dialog[open]") || !matchMedia("(hover: hover)").matches) return;
  if (commandIsOpen()) return;
  words.focus({ preventScroll: true });
}

async function startCommand(path) {
  const found = (await tried(commandsHere))?.find((each) => each.path === path);
  if (found) openCommand(found);
  else toast(`This person is not offered /${path} here.`);
}

function draw() {
  const place = here();
  const key = `${state.house.me} ${state.place}`;
  if (key !== draftKey) {
    if (draftKey && !editing) drafts.set(draftKey, words.value);
    draftKey = key;
    words.value = drafts.get(key) ?? "";
    files = [];
    drawFiles();
    suggestions.close();
    closeCommand();
    grow();
  }
  const silent = place ? place.silent : "There is no place to write in.";
  box.hidden = Boolean(silent);
  notice.hidden = !silent;
  notice.textContent = silent ?? "";
  if (place) words.placeholder = place.kind === "dm" ? `Message ${place.name}` : `Message ${place.parent ? "" : "#"}${place.name}`;
}

function drawAbout() {
  const { replyTo } = state;
  if (state.editing !== editing) {
    if (!editing) drafts.set(draftKey, words.value);
    editing = state.editing;
    words.value = editing ? editing.content : drafts.get(draftKey) ?? "";
    grow();
  }
  about.hidden = !replyTo && !editing;
  if (about.hidden) return fill(about);
  const text = editing ? "Editing your message" : `Replying to ${replyTo.author.name}`;
  fill(about, h("p", {}, text), h("button", { type: "button", class: "quiet", "aria-label": "Leave it", onclick: leave }, icon("close")));
}

function leave() {
  set({ replyTo: null, editing: null });
  focusComposer();
}

function grow() {
  words.style.height = "auto";
  words.style.height = `${Math.min(words.scrollHeight, innerHeight * 0.4)}px`;
}

async function onInput() {
  grow();
  const text = words.value;
  if (!editing && /^\/[\w -]*$/.test(text)) {
    const wanted = text.slice(1).toLowerCase();
    const all = (await tried(commandsHere)) ?? [];
    if (words.value !== text) return;
    const found = all.filter((each) => each.path.includes(wanted)).sort((one, other) => other.path.startsWith(wanted) - one.path.startsWith(wanted) || one.path.localeCompare(other.path));
    return suggestions.show("Commands", found.map((each) => ({ label: `/${each.path}`, about: each.description, choose: () => choose(each) })));
  }
  const mention = /(?:^|\s)@([^\s@]*)$/.exec(text.slice(0, words.selectionStart));
  if (!mention) return suggestions.close();
  const wanted = mention[1].toLowerCase();
  const known = [...state.house.people, state.house.bot].filter((each) => each.name.toLowerCase().startsWith(wanted));
  suggestions.show("People", known.map((each) => ({ label: `@${each.name}`, about: "", choose: () => mentionPerson(each.name, mention[1].length) })));
}

function choose(command) {
  words.value = "";
  suggestions.close();
  grow();
  openCommand(command);
}

function mentionPerson(name, typed) {
  const at = words.selectionStart;
  words.setRangeText(`${name} `, at - typed, at, "end");
  words.focus();
}

function onKey(event) {
  if (event.isComposing || suggestions.key(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submitWords();
  } else if (event.key === "Escape" && (state.replyTo || editing)) {
    event.preventDefault();
    leave();
  } else if (event.key === "ArrowUp" && !words.value && !editing) {
    const own = state.messages.findLast((each) => each.mine && ["default", "reply"].includes(each.type));
    if (own) {
      event.preventDefault();
      set({ editing: own, replyTo: null });
    }
  }
}

/** Names after an @ become mentions, the longest name first. */
function withMentions(text) {
  const known = [...state.house.people, state.house.bot].sort((one, other) => other.name.length - one.name.length);
  let found = text;
  for (const { id, name } of known) {
    const pattern = new RegExp(`(^|\\s)@${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w])`, "gu");
    found = found.replace(pattern, (_whole, before) => `${before}<@${id}>`);
  }
  return found;
}

/** The command that begins like this, if there is one. */
async function commandMeant(text) {
  if (!/^\/[\w-]+( [\w-]+)*\s*$/.test(text)) return undefined;
  const wanted = text.slice(1).trim().toLowerCase();
  const all = await commandsHere();
  return all.find((each) => each.path === wanted) ?? all.find((each) => each.path.startsWith(wanted));
}

let sending = false;

async function submitWords() {
  const content = withMentions(words.value);
  if (sending || (!content.trim() && !files.length)) return;
  const as = state.house.me;
  const { place } = state;
  const key = draftKey;
  sending = true;
  try {
    // Typed faster than the list came: a command is a command.
    const command = !editing && await commandMeant(content);
    if (command) return choose(command);
    if (editing) await act("edit", as, { message: editing.id, content });
    else {
      const encoded = await Promise.all(files.map(encode));
      await act("say", as, { place, content, reply_to: state.replyTo?.id ?? null, files: encoded });
    }
    if (!editing) drafts.delete(key);
    if (key === draftKey) {
      if (!editing) words.value = "";
      files = [];
      drawFiles();
      grow();
      set({ replyTo: null, editing: null });
    }
  } catch (error) {
    toast(error.message);
  } finally {
    sending = false;
  }
  focusComposer();
}

function onPaste(event) {
  if (event.clipboardData.files.length) {
    event.preventDefault();
    addFiles(event.clipboardData.files);
  }
}

function addFiles(chosen) {
  for (const file of chosen) {
    if (file.size > LARGEST) toast(`${file.name} is larger than 8 MB.`);
    else files.push(file);
  }
  drawFiles();
  focusComposer();
}

function drawFiles() {
  fileList.hidden = !files.length;
  fill(fileList, files.map((file) => h("li", {}, icon("clip"), h("span", {}, file.name),
    h("button", { type: "button", class: "quiet", "aria-label": `Take ${file.name} away`, onclick: () => { files = files.filter((each) => each !== file); drawFiles(); } }, icon("close")))));
}

async function encode(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { name: file.name, base64: btoa(text) };
}
