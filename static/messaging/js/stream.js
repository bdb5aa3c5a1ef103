// The stream of messages: applies events in order, keeps the reader's place, and shows answers while they grow.

import { Draft, messageNode } from "./messages.js";
import { socket } from "./socket.js";

const NEAR_BOTTOM_PX = 80;
const COMPACT_MS = 5 * 60_000;
const DRAFT_MS = 90_000;
const READ_MS = 1_000;

const sameDay = new Intl.DateTimeFormat("en-CA");
const dayName = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export class Stream {
  constructor(root) {
    this.room = root.dataset.room;
    this.me = root.dataset.me;
    this.scroller = root.querySelector(".stream");
    this.list = root.querySelector(".stream__list");
    this.jump = root.querySelector(".stream__jump");
    this.more = this.list.querySelector(".stream__more");
    this.drafts = new Map();
    this.isAtBottom = true;
    this.unseen = 0;
    this.readSeq = 0;
    this.readTimer = 0;
    this.hasMarked = false;
    this.scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.jump.addEventListener("click", () => this.toBottom());
    this.more.querySelector("button").addEventListener("click", () => this.#loadOlder());
    new ResizeObserver(() => this.isAtBottom && this.toBottom()).observe(this.scroller);
    document.addEventListener("visibilitychange", () => this.#noteRead());
    setInterval(() => this.#forgetDrafts(), 10_000);
    this.#arrange();
    this.toBottom();
  }

  // --- What the server says --------------------------------------------------------------------------------

  apply({ type, data }) {
    if (type === "message.created") this.add(data.message);
    else if (data.message) this.replace(data.message, data.own);
  }

  hear({ type, data }) {
    if (type === "npc.thinking") this.#draft(data);
    if (type === "npc.delta") this.#keepingPlace(() => this.#draft(data).append(data.chunk_no, data.text));
  }

  reset({ messages }) {
    for (const node of this.list.querySelectorAll(".msg[data-seq]")) node.remove();
    for (const message of messages) this.#insert(message);
    this.more.hidden = messages.length === 0 || !this.more.querySelector("button").dataset.older;
    this.#arrange();
    this.toBottom();
  }

  add(message) {
    if (document.getElementById(`message-${message.uuid}`)) return;
    const isOwn = message.author.uuid === this.me;
    this.#keepingPlace(() => {
      this.#dropDraft(message.draft);
      this.#insert(message);
      this.#arrange();
    });
    if (isOwn) this.toBottom();
    else if (!this.isAtBottom) this.#countUnseen();
    this.#noteRead();
  }

  // The whole message as it is now; doing it twice is harmless.
  replace(message, own) {
    const old = document.getElementById(`message-${message.uuid}`);
    if (!old || Number(old.dataset.rev) > message.rev) return;
    const hasFocus = old.contains(document.activeElement);
    this.#keepingPlace(() => {
      const kept = (old.dataset.own ?? "").split(" ").filter(Boolean);
      const node = messageNode(message, this.me, own ?? kept);
      old.replaceWith(node);
      this.#arrange();
      if (hasFocus) node.querySelector("a")?.focus();
    });
  }

  // A line above what others wrote since this reader was here last; drawn once, when the page begins.
  markNew(readSeq) {
    if (this.hasMarked) return;
    this.hasMarked = true;
    const known = [...this.list.querySelectorAll(".msg[data-seq]")];
    const first = known.find((node) => Number(node.dataset.seq) > readSeq && !node.classList.contains("msg--own"));
    // Nothing read yet: a stranger's first visit is no news.
    if (!readSeq || !first) return;
    const line = document.createElement("li");
    line.className = "stream__unread";
    line.textContent = "New";
    first.before(line);
    this.toBottom();
  }

  // With which signs this reader reacted, by message.
  know(own) {
    for (const [uuid, signs] of Object.entries(own ?? {})) {
      const node = document.getElementById(`message-${uuid}`);
      if (!node?.querySelector(".reaction")) continue;
      node.dataset.own = signs.join(" ");
      for (const chip of node.querySelectorAll(".reaction")) {
        chip.setAttribute("aria-pressed", String(signs.includes(chip.dataset.sign)));
      }
    }
  }

  // Brings the message into view; false when it isn't on the page.
  show(uuid) {
    const node = document.getElementById(`message-${uuid}`);
    if (!node) return false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("msg--found");
    setTimeout(() => node.classList.remove("msg--found"), 2_000);
    node.querySelector("a")?.focus({ preventScroll: true });
    return true;
  }

  lastOwn() {
    return [...this.list.querySelectorAll(".msg--own[data-uuid]:not(.msg--deleted)")].at(-1);
  }

  // After everything that has a number: what is not sent yet and what is still being written.
  append(node) {
    this.list.append(node);
    this.toBottom();
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.isAtBottom = true;
    this.unseen = 0;
    this.jump.hidden = true;
    this.#noteRead();
  }

  lastSeq() {
    return Number([...this.list.querySelectorAll(".msg[data-seq]")].at(-1)?.dataset.seq ?? 0);
  }

  // --- Places ----------------------------------------------------------------------------------------------

  #insert(message) {
    const node = messageNode(message, this.me);
    const known = [...this.list.querySelectorAll(".msg[data-seq]")];
    const before = known.findLast((other) => Number(other.dataset.seq) < message.seq);
    (before ?? this.more).after(node);
  }

  #keepingPlace(change) {
    const wasAtBottom = this.isAtBottom;
    change();
    if (wasAtBottom) this.toBottom();
  }

  #onScroll() {
    const below = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    this.isAtBottom = below < NEAR_BOTTOM_PX;
    if (this.isAtBottom && this.unseen) this.toBottom();
  }

  #countUnseen() {
    this.unseen += 1;
    this.jump.hidden = false;
    this.jump.querySelector("span").textContent = this.unseen === 1 ? "1 new message" : `${this.unseen} new messages`;
  }

  // Day lines, and no second head when the same author goes on.
  #arrange() {
    for (const line of this.list.querySelectorAll(".stream__day")) line.remove();
    let previous = null;
    for (const node of this.list.querySelectorAll(".msg[data-seq]")) {
      const sentAt = new Date(node.querySelector("time").dateTime);
      const day = sameDay.format(sentAt);
      if (previous?.day !== day) node.before(dayLine(sentAt));
      const goesOn = previous?.day === day && previous.author === node.dataset.author && sentAt - previous.sentAt < COMPACT_MS;
      node.classList.toggle("msg--compact", Boolean(goesOn && node.dataset.author));
      previous = { day, sentAt, author: node.dataset.author };
    }
  }

  async #loadOlder() {
    const button = this.more.querySelector("button");
    const first = this.list.querySelector(".msg[data-seq]");
    button.setAttribute("aria-busy", "true");
    // A log would read out what is put in above.
    this.scroller.setAttribute("aria-busy", "true");
    try {
      const url = new URL(button.dataset.older, location.href);
      url.searchParams.set("before", first?.dataset.seq ?? "");
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#prepend(await answer.text());
    } catch {
      button.textContent = "That did not work. Try again";
    } finally {
      button.removeAttribute("aria-busy");
      this.scroller.removeAttribute("aria-busy");
    }
  }

  #prepend(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const nodes = [...page.querySelectorAll("li.msg")].filter((node) => !document.getElementById(node.id));
    const height = this.scroller.scrollHeight;
    this.more.after(...nodes);
    this.#arrange();
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
    // The page of rows says where still older ones are, if there are any.
    this.more.hidden = !nodes.length || !page.querySelector("[data-older]");
  }

  // --- Answers in the making -------------------------------------------------------------------------------

  #draft({ draft: id, npc }) {
    let draft = this.drafts.get(id);
    if (!draft) {
      draft = new Draft(id, npc);
      this.drafts.set(id, draft);
      this.#keepingPlace(() => this.list.append(draft.node));
    }
    return draft;
  }

  #dropDraft(id) {
    this.drafts.get(id)?.node.remove();
    this.drafts.delete(id);
  }

  #forgetDrafts() {
    for (const [id, draft] of this.drafts) {
      if (Date.now() - draft.touchedAt > DRAFT_MS) this.#dropDraft(id);
    }
  }

  // --- The read pointer ------------------------------------------------------------------------------------

  #noteRead() {
    clearTimeout(this.readTimer);
    this.readTimer = setTimeout(() => {
      const seq = this.lastSeq();
      if (document.hidden || !this.isAtBottom || seq <= this.readSeq) return;
      if (socket.tell("read", { room: this.room, seq })) this.readSeq = seq;
    }, READ_MS);
  }
}

function dayLine(date) {
  const line = document.createElement("li");
  line.className = "stream__day";
  const today = sameDay.format(new Date());
  const yesterday = sameDay.format(new Date(Date.now() - 86_400_000));
  const day = sameDay.format(date);
  line.textContent = day === today ? "Today" : day === yesterday ? "Yesterday" : dayName.format(date);
  return line;
}
