// The files and the poll of a message, drawn into the page's own pattern; and what this reader has chosen.

import { pageOf } from "./pages.js";
import { socket } from "./socket.js";

const UNITS = [
  [1024 * 1024, "MB"],
  [1024, "KB"],
];

export function sizeWords(size) {
  const [unit, name] = UNITS.find(([bytes]) => size >= bytes) ?? [1, "bytes"];
  return `${unit === UNITS[0][0] ? (size / unit).toFixed(1) : Math.round(size / unit)} ${name}`;
}

export function fillExtras(node, message) {
  fillFiles(node, message.attachments ?? []);
  fillPoll(node, message.poll, []);
}

function fillFiles(node, files) {
  const place = node.querySelector("[data-slot=files]");
  if (!place) return;
  place.hidden = !files.length;
  place.replaceChildren(...files.map((file) => (file.kind === "image" ? shot(file) : chip(file))));
}

function shot({ url, preview_url: preview, alt, name, width, height }) {
  const link = document.createElement("a");
  link.className = "shot";
  link.href = url;
  link.dataset.shot = "";
  const image = document.createElement("img");
  Object.assign(image, { loading: "lazy", decoding: "async", width, height, alt: alt || name, src: preview });
  link.append(image);
  return link;
}

function chip({ url, name, size }) {
  const link = document.createElement("a");
  link.className = "file-chip";
  link.href = url;
  link.download = "";
  link.append(span("file-chip__name", name), span("file-chip__size", sizeWords(size)));
  return link;
}

function span(name, text) {
  const node = document.createElement("span");
  node.className = name;
  node.textContent = text;
  return node;
}

// --- Polls ---------------------------------------------------------------------------------------------------

// What is chosen but not sent yet must not be lost when others vote meanwhile.
export function carryPoll(old, node, message, own) {
  if (!message.poll) return;
  const known = own ?? chosenIn(old);
  fillPoll(node, message.poll, known);
}

export function knowVotes(votes) {
  for (const [uuid, places] of Object.entries(votes ?? {})) {
    const form = document.querySelector(`#message-${CSS.escape(uuid)} form.poll`);
    for (const input of form?.querySelectorAll("input[name=option]") ?? []) {
      input.checked = places.includes(Number(input.value));
    }
  }
}

function chosenIn(node) {
  return [...node.querySelectorAll("form.poll input[name=option]:checked")].map((input) => Number(input.value));
}

function fillPoll(node, poll, own) {
  const form = node.querySelector("form.poll");
  if (!form) return;
  form.hidden = !poll;
  if (!poll) return;
  const slot = (name) => form.querySelector(`[data-slot=${name}]`);
  const address = pageOf(node.dataset.uuid);
  form.action = `${address}poll/vote/`;
  slot("poll-page").href = `${address}poll/`;
  form.toggleAttribute("data-over", Boolean(poll.closed_at));
  slot("question").textContent = poll.question;
  slot("options").replaceChildren(...poll.options.map((option) => optionItem(option, poll, own, node.dataset.uuid)));
  slot("why").textContent = poll.explanation ?? "";
  slot("why").hidden = !poll.explanation;
  form.querySelector("button[type=submit]").hidden = Boolean(poll.closed_at);
  slot("voters").textContent = `${poll.voters} voted${poll.closed_at ? ", ended" : ""}`;
  slot("until").hidden = Boolean(poll.closed_at) || !poll.closes_at;
  slot("until").querySelector("time").dateTime = poll.closes_at ?? "";
}

function optionItem({ n, text, count }, poll, own, uuid) {
  const isRight = poll.right?.includes(n);
  const item = document.createElement("li");
  item.className = `poll__option${isRight ? " poll__option--right" : ""}`;
  const label = document.createElement("label");
  label.className = "poll__choice";
  const input = document.createElement("input");
  // Radio buttons of two messages in one page must not be one group: each is in a form of its own.
  Object.assign(input, { type: poll.multiple ? "checkbox" : "radio", name: "option", value: n });
  input.checked = own.includes(n);
  input.disabled = Boolean(poll.closed_at);
  input.id = `poll-${uuid}-${n}`;
  label.append(input, " ", span("poll__text", text));
  if (isRight) label.append(" ", span("badge badge--success", "Right"));
  const percent = poll.voters ? Math.round((100 * count) / poll.voters) : 0;
  const bar = document.createElement("progress");
  Object.assign(bar, { className: "progress", max: 100, value: percent });
  bar.setAttribute("aria-hidden", "true");
  item.append(label, span("poll__count", `${count} · ${percent} %`), bar);
  return item;
}

export class Extras {
  constructor(stream) {
    this.stream = stream;
    this.lightbox = document.getElementById("lightbox");
    stream.list.addEventListener("click", (event) => this.#onClick(event));
    stream.list.addEventListener("submit", (event) => this.#onVote(event));
  }

  #onClick(event) {
    const link = event.target.closest("[data-shot]");
    if (!link || !this.lightbox || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const small = link.querySelector("img");
    const large = this.lightbox.querySelector(".lightbox__image");
    Object.assign(large, { src: link.href, alt: small.alt });
    // As the server wrote them: its properties say how large it is drawn.
    large.width = small.getAttribute("width");
    large.height = small.getAttribute("height");
    this.lightbox.querySelector("[data-lightbox-alt]").textContent = small.alt;
    this.lightbox.querySelector("[data-lightbox-open]").href = link.href;
    this.lightbox.showModal();
  }

  async #onVote(event) {
    const form = event.target.closest("form.poll");
    if (!form || !socket.isReady) return;
    event.preventDefault();
    const node = form.closest(".msg");
    const error = form.querySelector(".poll__error");
    error.textContent = "";
    try {
      const { message, own } = await socket.request("vote", { message: node.dataset.uuid, options: chosenIn(node) });
      this.stream.replace(message, undefined, own);
      const done = document.querySelector(`#message-${CSS.escape(message.uuid)} .poll__error`);
      done.textContent = own.length ? "Your vote counts." : "Your vote is taken back.";
    } catch (refused) {
      error.textContent = refused.message;
    }
  }
}
