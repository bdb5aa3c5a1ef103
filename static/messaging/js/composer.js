// Where one writes. A text has an id of its own (cid): it may be sent again and again and is posted once.

import { takeLetter } from "./letter.js";
import { unsentNode } from "./messages.js";
import { SlowMode } from "./slow.js";
import { randomId, socket } from "./socket.js";
import { Tray } from "./tray.js";

const LIMIT = 4000;
const COUNT_FROM = 3600;
const WAITING_MS = 500;
const FAILED_MS = 10_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000];
const TYPING_MS = 4_000;
const PASSING = new Set(["rate", "slow_mode", "unavailable", "offline"]);

export class Composer {
  constructor(form, stream) {
    this.form = form;
    this.stream = stream;
    this.slow = new SlowMode(form);
    this.text = form.querySelector("textarea");
    this.error = form.querySelector(".composer__error");
    this.count = form.querySelector("[data-count]");
    this.key = `padawan:unsent:${stream.me}:${stream.room}`;
    this.unsent = new Map();
    this.me = null;
    this.typedAt = 0;
    const tray = form.querySelector("[data-tray]");
    this.tray = tray && new Tray(tray, form);
    this.mode = form.querySelector("[data-mode]");
    this.editing = null;
    this.parent = null;
    this.mode.querySelector("button").addEventListener("click", () => this.#leaveMode());
    form.noValidate = true;
    form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.text.addEventListener("keydown", (event) => this.#onKey(event));
    this.text.addEventListener("input", () => this.#onInput());
    stream.list.addEventListener("click", (event) => this.#onChoice(event));
    socket.addEventListener("ready", () => this.#sendAll());
    this.#grow();
  }

  // The server says who we are; what an earlier page could not send comes back.
  know(me) {
    const isFirst = this.me === null;
    this.me = me;
    if (isFirst) this.#recall();
  }

  // The message is in the log: by our request's answer or by the event, whichever comes first.
  settle(cid) {
    const entry = this.unsent.get(cid);
    if (!entry) return;
    this.unsent.delete(cid);
    for (const timer of entry.timers) clearTimeout(timer);
    entry.node?.remove();
    this.#remember();
  }

  // The first reason stays: a room that is closed is soon one in which nobody is any more.
  close(reason) {
    if (this.text.disabled) return;
    this.#enable(false);
    this.#complain(reason);
  }

  open() {
    this.#enable(true);
    this.#complain("");
  }

  #enable(may) {
    this.text.disabled = !may;
    this.form.querySelector("button[type=submit]").disabled = !may;
  }

  // --- Writing ---------------------------------------------------------------------------------------------

  // The text of one's own message comes into the composer; Escape puts everything back.
  beginEdit(node) {
    if (!node) return;
    this.#leaveMode();
    this.editing = { uuid: node.dataset.uuid, rev: Number(node.dataset.rev), node, draft: this.text.value };
    this.editing.hasFiles = Boolean(node.querySelector(".files-sent:not([hidden])"));
    node.classList.add("msg--editing");
    this.#enterMode("Changing your message", node.dataset.text);
  }

  // The next message answers this one.
  beginReply(node) {
    this.#leaveMode();
    this.parent = node.dataset.uuid;
    this.#enterMode(`Reply to ${node.querySelector(".msg__author")?.textContent ?? "this message"}`);
    this.form.dispatchEvent(new CustomEvent("composer:reply", { detail: { parent: this.parent } }));
  }

  // A line for whoever writes, alone; until it is closed.
  tell(text) {
    const line = this.form.querySelector("[data-told]");
    line.querySelector("p").textContent = text;
    line.hidden = false;
    line.querySelector("button").onclick = () => (line.hidden = true);
  }

  #enterMode(label, text) {
    this.mode.querySelector("span").textContent = label;
    this.mode.hidden = false;
    if (text !== undefined) this.text.value = text;
    this.#onInput();
    this.text.focus();
  }

  #leaveMode() {
    this.mode.hidden = true;
    this.parent = null;
    if (!this.editing) return;
    document.getElementById(`message-${this.editing.uuid}`)?.classList.remove("msg--editing");
    this.text.value = this.editing.draft;
    this.editing = null;
    this.#onInput();
    this.text.focus();
  }

  async #saveEdit(text) {
    const { uuid, rev } = this.editing;
    try {
      const { message } = await socket.request("edit", { message: uuid, base_rev: rev, body: text });
      this.#leaveMode();
      this.stream.replace(message);
    } catch (refused) {
      // Another tab was faster: who sends again has read what it said.
      if (refused.told?.rev !== undefined && this.editing) this.editing.rev = refused.told.rev;
      const now = refused.told?.current;
      this.#complain(now ? `${refused.message} Now it says: ${now.slice(0, 200)}` : refused.message);
    }
  }

  #onKey(event) {
    if (event.key === "Escape" && !this.mode.hidden) this.#leaveMode();
    if (event.key === "ArrowUp" && !this.text.value && !this.editing) {
      event.preventDefault();
      this.beginEdit(this.stream.lastOwn());
    }
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #onInput() {
    this.#grow();
    this.#complain("");
    const length = this.text.value.length;
    this.count.textContent = length > COUNT_FROM ? `${length} of ${LIMIT}` : "";
    if (!this.text.value.trim()) this.#stopTyping();
    else if (Date.now() - this.typedAt > TYPING_MS) this.#tellTyping();
  }

  #tellTyping() {
    if (socket.tell("typing", { room: this.stream.room, on: true })) this.typedAt = Date.now();
  }

  #stopTyping() {
    if (this.typedAt) socket.tell("typing", { room: this.stream.room, on: false });
    this.typedAt = 0;
  }

  // Browsers without field-sizing: as many rows as lines, the style sheet sets the limit.
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.text.rows = 1;
    while (this.text.scrollHeight > this.text.clientHeight && this.text.rows < 8) this.text.rows += 1;
  }

  #complain(text) {
    if (this.error.textContent !== text) this.error.textContent = text;
  }

  #onSubmit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    if (this.tray?.isBusy && !this.editing) {
      this.#complain("A file is still on its way. Wait a moment, or remove it.");
      return;
    }
    if (!text && (this.editing ? !this.editing.hasFiles : !this.tray?.hasFiles)) return;
    if (text.length > LIMIT) {
      this.#complain(`A message has at most ${LIMIT} characters.`);
      return;
    }
    if (this.editing) {
      this.#saveEdit(text);
      return;
    }
    if (this.slow.isOn && !text.startsWith("/")) {
      this.#complain("Slow mode: what you wrote stays here until then.");
      return;
    }
    this.text.value = "";
    this.count.textContent = "";
    this.#grow();
    this.#stopTyping();
    const parent = this.parent ?? undefined;
    this.#leaveMode();
    this.#begin({ cid: randomId(), text, at: Date.now(), parent, letter: takeLetter(this.form), attachments: this.tray?.take() });
    this.text.focus();
  }

  // --- Sending ---------------------------------------------------------------------------------------------

  #begin(entry) {
    Object.assign(entry, { timers: [], tries: 0, node: null, isRefused: false });
    this.unsent.set(entry.cid, entry);
    this.#remember();
    this.#show(entry);
    entry.timers.push(setTimeout(() => this.#mark(entry, "waiting", "Sending…"), WAITING_MS));
    entry.timers.push(setTimeout(() => this.#fail(entry, "Not sent."), FAILED_MS));
    this.#send(entry);
  }

  #show(entry) {
    if (!this.me || entry.node) return;
    entry.node = unsentNode(entry, { kind: "player", ...this.me });
    this.stream.append(entry.node);
  }

  async #send(entry) {
    if (!socket.isReady || !this.unsent.has(entry.cid)) return;
    try {
      const { message, told } = await socket.request("send", {
        room: this.stream.room,
        cid: entry.cid,
        body: entry.text,
        parent: entry.parent,
        attachments: entry.attachments ?? [],
        ...entry.letter,
      });
      this.settle(entry.cid);
      if (message) this.slow.sent();
      if (message) this.stream.add(message);
      else this.tell(told);
    } catch (refused) {
      this.#onRefused(entry, refused);
    }
  }

  #onRefused(entry, { code, message, retryMs }) {
    if (!this.unsent.has(entry.cid)) return;
    if (code === "slow_mode") this.slow.begin(retryMs);
    // A bare text goes back into the box; what hangs on more waits and is sent by itself.
    if (code === "slow_mode" && !entry.parent && !entry.attachments?.length && !Object.keys(entry.letter ?? {}).length) {
      this.settle(entry.cid);
      this.#edit(entry.text);
      this.#complain(message);
      return;
    }
    // Too much for now says when it may be tried again; what doesn't say it would be tried for ever.
    if (!PASSING.has(code) || (code === "rate" && !retryMs)) {
      entry.isRefused = true;
      this.#tellWhy(entry, "failed", message);
      document.dispatchEvent(new CustomEvent("padawan:refused", { detail: { code, message } }));
    } else if (code !== "offline" || socket.isReady) {
      if (retryMs) this.#tellWhy(entry, "waiting", message);
      const wait = retryMs ?? RETRY_MS[Math.min(entry.tries++, RETRY_MS.length - 1)];
      entry.timers.push(setTimeout(() => this.#send(entry), wait));
    }
  }

  #sendAll() {
    for (const entry of this.unsent.values()) {
      if (!entry.isRefused) this.#send(entry);
    }
  }

  #mark(entry, state, text) {
    this.#show(entry);
    if (!entry.node) return;
    entry.node.classList.toggle("msg--waiting", state === "waiting");
    entry.node.classList.toggle("msg--failed", state === "failed");
    const line = entry.node.querySelector("[data-slot=state]");
    line.textContent = text;
    line.hidden = false;
  }

  // What the server said stays, with what can be done; it isn't on its way for now.
  #tellWhy(entry, state, reason) {
    for (const timer of entry.timers) clearTimeout(timer);
    this.#fail(entry, reason, state);
  }

  #fail(entry, reason, state = "failed") {
    if (!this.unsent.has(entry.cid)) return;
    this.#mark(entry, state, reason);
    const choices = document.getElementById("unsent-template").content.cloneNode(true);
    entry.node?.querySelector("[data-slot=state]").append(" ", choices);
  }

  #onChoice(event) {
    const button = event.target.closest("[data-unsent]");
    const entry = button && this.unsent.get(button.closest("[data-cid]")?.dataset.cid);
    if (!entry) return;
    const { cid, text, parent, letter, attachments } = entry;
    this.settle(cid);
    if (button.dataset.unsent === "retry") this.#begin({ cid, text, at: Date.now(), parent, letter, attachments });
    else this.tray?.giveBack(attachments);
    if (button.dataset.unsent === "edit") this.#edit(text);
    this.text.focus();
  }

  #edit(text) {
    this.text.value = this.text.value ? `${text}\n${this.text.value}` : text;
    this.#onInput();
  }

  // --- Kept in the browser until the server has it ----------------------------------------------------------

  #remember() {
    const kept = [...this.unsent.values()].map((entry) => {
      const { cid, text, at, parent, letter, attachments } = entry;
      return { cid, text, at, parent, letter, attachments };
    });
    try {
      if (kept.length) localStorage.setItem(this.key, JSON.stringify(kept));
      else localStorage.removeItem(this.key);
    } catch {
      // No storage (private window, full disk): the text is still on the page.
    }
  }

  #recall() {
    let kept = [];
    try {
      kept = JSON.parse(localStorage.getItem(this.key) ?? "[]");
    } catch {
      // Unreadable or forbidden storage holds nothing for us.
    }
    for (const entry of this.unsent.values()) this.#show(entry);
    for (const entry of kept) {
      if (!this.unsent.has(entry.cid)) this.#begin({ ...entry });
    }
  }
}
