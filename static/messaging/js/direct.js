// A conversation: how far one's own words have come, what disappears for oneself alone, and what was deleted for it.

import { socket } from "./socket.js";

const STEPS = ["sent", "delivered", "read"];
const DELIVERED_MS = 500;

class Conversation {
  constructor(root) {
    this.room = root.dataset.room;
    this.list = root.querySelector(".stream__list");
    this.readers = new Map(Object.entries(JSON.parse(document.getElementById("receipts").textContent)));
    this.timer = 0;
    document.addEventListener("padawan:event", ({ detail }) => this.#hear(detail));
    this.list.addEventListener("click", (event) => this.#onClick(event));
    this.#show();
  }

  #hear({ room, type, data }) {
    if (type === "receipt" && data.room === this.room) {
      this.readers.set(data.player, { delivered: data.delivered, read: data.read });
      this.#show();
    }
    if (room !== this.room) return;
    if (type === "message.created") this.#noteDelivered(data.message);
    if (type === "message.taken") this.#takeAway(data);
    if (type === "group.changed" && data.title) document.querySelector(".room__name").textContent = data.title;
    if (data?.message?.author || type === "people") this.#show();
  }

  // What others say has come to this page, whether it is looked at or not.
  #noteDelivered({ seq }) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => socket.tell("delivered", { room: this.room, seq }), DELIVERED_MS);
  }

  #takeAway({ message, up_to: upTo }) {
    for (const node of this.list.querySelectorAll(".msg[data-seq]")) {
      if (node.dataset.uuid === message || Number(node.dataset.seq) <= upTo) node.remove();
    }
  }

  // The last of one's own messages in each state says how far they all have come.
  #show() {
    const own = [...this.list.querySelectorAll(".msg--own[data-seq]:not(.msg--deleted)")];
    let shown = "";
    for (const node of own.reverse()) {
      const state = this.#stateOf(Number(node.dataset.seq));
      const line = node.querySelector("[data-slot=receipt]");
      const text = state === shown ? "" : state[0].toUpperCase() + state.slice(1);
      if (line.textContent !== text) line.textContent = text;
      line.hidden = !text;
      shown = state;
    }
  }

  #stateOf(seq) {
    const steps = [...this.readers.values()].map(({ delivered, read }) => (read !== null && read >= seq ? 2 : Number(delivered >= seq)));
    return STEPS[steps.length ? Math.min(...steps) : 0];
  }

  async #onClick(event) {
    const link = event.target.closest("[data-tool=hide]");
    if (!link || !socket.isReady || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const node = link.closest(".msg[data-uuid]");
    const next = node.nextElementSibling?.querySelector("a") ?? this.list.closest(".stream");
    try {
      await socket.request("hide", { message: node.dataset.uuid });
      node.remove();
      next.focus();
    } catch (refused) {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: refused.message, level: "error" } }));
    }
  }
}

const root = document.querySelector("[data-stream]");
if (root) new Conversation(root);
