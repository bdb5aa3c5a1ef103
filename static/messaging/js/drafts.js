// What is being written is kept on the server: for tomorrow, and for the other tabs of the same player.

import { socket } from "./socket.js";

const WAIT_MS = 800;

export class Drafts {
  constructor(form, composer, room) {
    this.composer = composer;
    this.room = room;
    this.text = form.querySelector("textarea");
    this.known = new Map([[null, this.text.value]]);
    this.timer = 0;
    this.text.addEventListener("input", () => this.#plan());
    form.addEventListener("submit", () => this.#forget(), true);
    form.addEventListener("composer:reply", ({ detail }) => this.#offer(detail.parent));
    document.addEventListener("visibilitychange", () => document.hidden && this.#keep());
    document.addEventListener("padawan:event", ({ detail }) => this.#hear(detail));
  }

  // The first answer of the server: what was begun under messages.
  #hear({ room, type, data }) {
    if (type === "people" && room === this.room) {
      for (const { parent, text } of data.drafts ?? []) this.known.set(parent, text);
    }
    if (type === "draft" && data.channel === this.room) this.#take(data.parent, data.text);
  }

  #take(parent, text) {
    const before = this.known.get(parent) ?? "";
    this.known.set(parent, text);
    const isHere = parent === (this.composer.parent ?? null) && !this.composer.editing;
    // Only what was not touched here since: nobody's words disappear under the fingers. In a window that is not in
    // front nobody has his fingers, even where the cursor stands in the field.
    const isInUse = document.hasFocus() && document.activeElement === this.text;
    if (!isHere || this.text.value !== before || isInUse) return;
    this.text.value = text;
  }

  #offer(parent) {
    if (!this.text.value && this.known.get(parent)) this.text.value = this.known.get(parent);
  }

  #plan() {
    if (this.composer.editing) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#keep(), WAIT_MS);
  }

  #keep() {
    clearTimeout(this.timer);
    if (this.composer.editing) return;
    const parent = this.composer.parent ?? null;
    const text = this.text.value;
    if ((this.known.get(parent) ?? "") === text) return;
    if (socket.tell("draft", { room: this.room, text, parent })) this.known.set(parent, text);
  }

  // Sending clears it on the server.
  #forget() {
    clearTimeout(this.timer);
    if (!this.composer.editing) this.known.set(this.composer.parent ?? null, "");
  }
}
