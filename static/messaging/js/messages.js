// Makes the nodes of messages out of the page's own templates. HTML comes only from the server's cleaned `html`.

import { fillAnswer } from "./answers.js";
import { fillLetter } from "./letter.js";
import { fillExtras } from "./extras.js";
import { fillMarks } from "./marks.js";
import { pageOf } from "./pages.js";

function clone(id) {
  return document.getElementById(id).content.querySelector("li").cloneNode(true);
}

function fillAvatar(avatar, { name, kind, avatar_url: url, colour }) {
  avatar.className = `avatar avatar--${colour} avatar--${kind === "npc" ? "character" : "player"}`;
  const face = avatar.querySelector(".avatar__face");
  face.replaceChildren();
  if (!url) {
    face.textContent = name.slice(0, 1);
    return;
  }
  const image = document.createElement("img");
  image.src = url;
  image.alt = "";
  image.loading = "lazy";
  face.append(image);
}

export function fillAuthor(node, author, me) {
  const link = node.querySelector(".msg__author");
  link.textContent = author.name;
  if (author.url) link.href = author.url;
  node.dataset.author = author.uuid ?? "";
  node.classList.toggle("msg--character", author.kind === "npc");
  node.classList.toggle("msg--own", author.kind === "player" && author.uuid === me);
  node.querySelector("[data-slot=character]").hidden = author.kind !== "npc";
  fillAvatar(node.querySelector(".avatar"), author);
}

export function fillTime(node, sentAt) {
  const time = node.querySelector("time");
  time.dateTime = sentAt;
  time.textContent = new Date(sentAt).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

function fillEdited(node, { edited_at: editedAt, is_deleted: isDeleted }) {
  const line = node.querySelector("[data-slot=edited]");
  line.hidden = !editedAt || isDeleted;
  if (editedAt) fillTime(line, editedAt);
}

function fillQuote(node, { parent }) {
  const quote = node.querySelector("[data-slot=quote]");
  quote.hidden = !parent;
  if (!parent) return;
  quote.dataset.parent = parent.uuid;
  quote.href = pageOf(parent.uuid);
  // What is not on the page may be something that this reader doesn't see.
  const head = quoted(document.getElementById(`message-${parent.uuid}`));
  if (head) quote.querySelector("span").replaceChildren(...head);
}

export function quoted(node) {
  if (!node) return null;
  const name = document.createElement("strong");
  name.textContent = node.querySelector(".msg__author")?.textContent ?? "";
  const text = node.querySelector(".msg__body").textContent.trim().replace(/\s+/g, " ");
  return [name, " ", text.length > 90 ? `${text.slice(0, 89)}…` : text];
}

// The counts are everybody's; with which signs this reader reacted, the page keeps by itself.
export function fillReactions(node, reactions, own) {
  const bar = node.querySelector("[data-slot=reactions]");
  if (!bar) return;
  node.dataset.own = own.join(" ");
  bar.hidden = !reactions.length;
  bar.replaceChildren(...reactions.map(({ emoji, count }) => reactionChip(emoji, count, own.includes(emoji))));
}

function reactionChip(emoji, count, isOwn) {
  const chip = document.createElement("button");
  chip.className = "reaction";
  chip.type = "button";
  chip.dataset.sign = emoji;
  chip.setAttribute("aria-pressed", String(isOwn));
  const name = document.querySelector(`#react-message [data-sign="${CSS.escape(emoji)}"]`)?.title ?? emoji;
  chip.setAttribute("aria-label", `${name}, ${count}`);
  const face = document.createElement("span");
  face.setAttribute("aria-hidden", "true");
  face.textContent = `${emoji} ${count}`;
  chip.append(face);
  return chip;
}

function fillTools(node, { uuid }) {
  for (const link of node.querySelectorAll("[data-tool]")) {
    link.href = pageOf(uuid) + (link.dataset.below ?? "") + link.hash;
  }
}

function fillThread(node, { uuid }) {
  const link = node.querySelector("[data-slot=thread]");
  link.dataset.thread = uuid;
  link.href = `${pageOf(uuid)}thread/`;
}

function sourceItem({ n, title, heading, url }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "source";
  link.href = url;
  const number = document.createElement("span");
  number.className = "source__number";
  number.textContent = n;
  const label = document.createElement("span");
  label.className = "source__title";
  label.textContent = heading ? `${title}: ${heading}` : title;
  link.append(number, label);
  item.append(link);
  return item;
}

function sourceList(sources) {
  const list = document.createElement("ol");
  list.className = "sources";
  list.setAttribute("aria-label", "Sources");
  list.append(...sources.map(sourceItem));
  return list;
}

// The pattern of a message, without what a stored one has.
export function patternNode() {
  const node = clone("message-template");
  for (const name of ["uuid", "seq"]) delete node.dataset[name];
  return node;
}

// What a character wants to do: the card itself is fetched, for only who is asked may see what it is about.
function fillAsks(node, asks) {
  const slot = node.querySelector("[data-slot=asks]");
  if (!asks?.length) return;
  for (const { uuid } of asks) {
    const card = document.createElement("div");
    card.setAttribute("hx-get", `/characters/~asks/${uuid}/card/`);
    card.setAttribute("hx-trigger", "load");
    card.setAttribute("hx-swap", "outerHTML");
    slot.append(card);
  }
  slot.hidden = false;
  // Once the message stands in the page.
  queueMicrotask(() => window.htmx?.process(slot));
}

export function messageNode(message, me, own = []) {
  const isSystem = message.type === "system";
  const node = clone(isSystem ? "system-template" : "message-template");
  node.id = `message-${message.uuid}`;
  node.dataset.uuid = message.uuid;
  node.dataset.seq = message.seq;
  node.dataset.rev = message.rev ?? 0;
  fillTime(node, message.sent_at);
  const body = node.querySelector(".msg__body");
  body.innerHTML = message.html;
  node.classList.toggle("msg--deleted", Boolean(message.is_deleted));
  if (message.is_deleted) body.replaceChildren(message.absence);
  if (isSystem) return node;
  fillAuthor(node, message.author, me);
  if (node.classList.contains("msg--own")) node.dataset.text = message.text;
  fillEdited(node, message);
  fillTools(node, message);
  fillThread(node, message);
  fillQuote(node, message);
  fillLetter(node, message);
  fillReactions(node, message.reactions ?? [], own);
  fillExtras(node, message);
  fillMarks(node, message, me);
  const engine = node.querySelector("[data-slot=engine]");
  engine.hidden = !message.engine;
  engine.textContent = message.engine ?? "";
  if (message.sources?.length) body.after(sourceList(message.sources));
  fillAsks(node, message.asks);
  fillAnswer(node, message, me);
  return node;
}

// A text that is not the server's yet: shown as it was typed.
export function unsentNode({ cid, text, at }, author) {
  const node = patternNode();
  node.id = `unsent-${cid}`;
  node.dataset.cid = cid;
  fillTime(node, new Date(at).toISOString());
  fillAuthor(node, author, author.uuid);
  const paragraph = document.createElement("p");
  for (const [index, line] of text.split("\n").entries()) {
    if (index) paragraph.append(document.createElement("br"));
    paragraph.append(line);
  }
  node.querySelector(".msg__body").replaceChildren(paragraph);
  return node;
}
