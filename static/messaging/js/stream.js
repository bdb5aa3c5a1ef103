// The stream of messages: applies events in order, keeps the reader's place, and shows answers while they grow.

import { Answers } from "./answers.js";
import { carryPoll } from "./extras.js";
import { History } from "./history.js";
import { messageNode } from "./messages.js";
import { socket } from "./socket.js";
import { Threads } from "./threads.js";

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
    this.answers = new Answers(this, (text) => this.onTold(text));
    // Says something to the reader; the page knows where.
    this.onTold = () => {};
    this.isAtBottom = true;
    this.unseen = 0;
    this.readSeq = 0;
    this.readTimer = 0;
    this.hasMarked = false;
    this.scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.jump.addEventListener("click", () => this.history.toPresent());
    new ResizeObserver(() => this.isAtBottom && this.toBottom()).observe(this.scroller);
    document.addEventListener("visibilitychange", () => this.#noteRead());
    setInterval(() => this.answers.forget(DRAFT_MS), 10_000);
    this.history = new History(root, this);
    this.threads = new Threads(this);
    this.arrange();
    this.history.begin();
  }

  // --- What the server says --------------------------------------------------------------------------------

  apply({ type, data }) {
    if (type === "message.created") this.add(data.message);
    else if (type === "poll.changed") this.replace(data.message, undefined, data.own);
    else if (data.message) this.replace(data.message, data.own);
  }

  hear(signal) {
    this.answers.hear(signal);
  }

  reset({ messages, threads }) {
    for (const node of this.list.querySelectorAll(".msg[data-seq]")) node.remove();
    for (const message of messages) this.#insert(message);
    this.history.reset(messages.length === 0);
    this.arrange();
    this.threads.know(threads);
    this.toBottom();
  }

  add(message) {
    if (document.getElementById(`message-${message.uuid}`)) return;
    const isOwn = message.author.uuid === this.me;
    this.answers.drop(message.draft);
    if (this.history.holds(message)) {
      if (isOwn) this.history.toPresent();
      else this.#countUnseen();
      return;
    }
    this.keepingPlace(() => {
      this.#insert(message);
      this.arrange();
    });
    this.threads.hear(message, { isNew: true });
    if (isOwn) this.toBottom();
    else if (!this.isAtBottom) this.#countUnseen();
    this.#noteRead();
  }

  // The whole message as it is now; doing it twice is harmless.
  replace(message, own, votes) {
    this.answers.drop(message.draft);
    const old = document.getElementById(`message-${message.uuid}`);
    if (!old || Number(old.dataset.rev) > message.rev) return;
    const hasFocus = old.contains(document.activeElement);
    this.keepingPlace(() => {
      const kept = (old.dataset.own ?? "").split(" ").filter(Boolean);
      const node = messageNode(message, this.me, own ?? kept);
      carryPoll(old, node, message, votes);
      const thread = old.querySelector("[data-slot=thread]");
      if (thread) node.querySelector("[data-slot=thread]")?.replaceWith(thread);
      old.replaceWith(node);
      this.arrange();
      if (hasFocus) node.querySelector("a")?.focus();
    });
    this.threads.hear(message, { wasGone: old.classList.contains("msg--deleted") });
  }

  // A line above what others wrote since this reader was here last; drawn once, when the page begins.
  markNew(readSeq) {
    if (this.hasMarked) return;
    this.hasMarked = true;
    if (this.history.isPast || this.list.querySelector(".stream__unread")) return;
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
    if (this.history.isPast) this.history.toPresent();
    else this.toBottom();
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

  keepingPlace(change) {
    const wasAtBottom = this.isAtBottom;
    change();
    if (wasAtBottom) this.toBottom();
  }

  #onScroll() {
    const below = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    this.isAtBottom = below < NEAR_BOTTOM_PX && !this.history.isPast;
    if (this.isAtBottom && this.unseen) this.toBottom();
  }

  #countUnseen() {
    this.unseen += 1;
    this.jump.hidden = false;
    this.jump.querySelector("span").textContent = this.unseen === 1 ? "1 new message" : `${this.unseen} new messages`;
  }

  // Day lines, and no second head when the same author goes on.
  arrange() {
    for (const line of this.list.querySelectorAll(".stream__day")) line.remove();
    let previous = null;
    for (const node of this.list.querySelectorAll(".msg[data-seq]")) {
      const sentAt = new Date(node.querySelector("time").dateTime);
      const day = sameDay.format(sentAt);
      if (previous?.day !== day) node.before(dayLine(sentAt));
      const goesOn = previous?.day === day && previous.author === node.dataset.author && sentAt - previous.sentAt < COMPACT_MS;
      // What somebody does is told of him, so it needs his name.
      const standsAlone = hasMarks(node) || node.classList.contains("msg--me");
      node.classList.toggle("msg--compact", Boolean(goesOn && node.dataset.author && !standsAlone));
      previous = { day, sentAt, author: node.dataset.author };
    }
  }

  // --- The read pointer ------------------------------------------------------------------------------------

  // On another page of the same reader.
  hasRead(seq) {
    this.readSeq = Math.max(this.readSeq, seq);
  }

  #noteRead() {
    clearTimeout(this.readTimer);
    this.readTimer = setTimeout(() => {
      const seq = this.lastSeq();
      if (document.hidden || !this.isAtBottom || seq <= this.readSeq) return;
      if (socket.tell("read", { room: this.room, seq })) this.readSeq = seq;
    }, READ_MS);
  }
}

// A whisper, a throw, a pin or an engine that wrote says so in its head, which a message that goes on hasn't got.
function hasMarks(node) {
  return Boolean(node.querySelector(":is([data-slot=whisper], [data-slot=rolled], [data-slot=pinned], [data-slot=engine]):not([hidden])"));
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
