// A thread beside the stream, and the line under its first message. Without this script both are links to a page.

import { fillTime } from "./messages.js";
import { pageOf } from "./pages.js";

const REFRESH_MS = 300;

export class Threads {
  constructor(stream) {
    this.stream = stream;
    this.panel = document.querySelector("[data-thread-panel]");
    this.opener = null;
    this.timer = 0;
    stream.list.addEventListener("click", (event) => this.#onClick(event));
    this.panel.addEventListener("click", (event) => event.target.closest("[data-thread-close]") && this.close());
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  async open(uuid, opener) {
    this.opener = opener;
    const chip = this.#chip(uuid);
    if (chip) chip.querySelector("[data-slot=thread-new]").hidden = true;
    await this.#show(`${pageOf(uuid)}thread/`);
    this.panel.querySelector("#thread-title")?.focus();
    this.#toLast();
  }

  close() {
    this.panel.replaceChildren();
    this.opener?.focus();
  }

  // A message was said or changed; `wasGone` tells whether it had been deleted before.
  hear(message, { isNew = false, wasGone = false } = {}) {
    const root = message.root?.uuid;
    if (root && isNew && !message.is_deleted) this.#count(root, 1, message);
    if (root && !isNew && message.is_deleted && !wasGone) this.#count(root, -1, message);
    const shown = this.panel.querySelector(".thread")?.dataset.root;
    if (shown && (shown === root || shown === message.uuid)) this.#refresh(shown);
  }

  // What the server knows of the threads of the messages that it told anew.
  know(summaries) {
    for (const [uuid, { count, unread, last_at: at }] of Object.entries(summaries ?? {})) {
      const chip = this.#chip(uuid);
      if (!chip) continue;
      write(chip, count, at);
      const news = chip.querySelector("[data-slot=thread-new]");
      news.hidden = !unread;
      news.textContent = `${unread} new`;
    }
  }

  #chip(uuid) {
    return document.querySelector(`#message-${uuid} [data-slot=thread]`);
  }

  #count(uuid, change, message) {
    const chip = this.#chip(uuid);
    if (chip) write(chip, Math.max(0, Number(chip.dataset.count) + change), change > 0 ? message.sent_at : null);
  }

  #onClick(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("[data-thread], [data-tool=thread]");
    if (!link) return;
    event.preventDefault();
    this.open(link.dataset.thread ?? link.closest(".msg").dataset.uuid, link);
  }

  #refresh(uuid) {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const text = this.panel.querySelector("textarea");
      const typed = text && { value: text.value, start: text.selectionStart, isActive: text === document.activeElement };
      await this.#show(`${pageOf(uuid)}thread/`);
      const now = this.panel.querySelector("textarea");
      if (now && typed?.value) now.value = typed.value;
      if (now && typed?.isActive) {
        now.focus();
        now.setSelectionRange(typed.start, typed.start);
      }
      this.#toLast();
    }, REFRESH_MS);
  }

  #show(url) {
    return window.htmx.ajax("GET", url, { source: this.panel, target: this.panel, swap: "innerHTML" });
  }

  #toLast() {
    const scroller = this.panel.querySelector(".thread__scroll");
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  }
}

function write(chip, count, at) {
  chip.dataset.count = count;
  chip.hidden = !count;
  chip.querySelector("[data-slot=thread-count]").textContent = count === 1 ? "1 answer" : `${count} answers`;
  if (at) fillTime(chip, at);
}
