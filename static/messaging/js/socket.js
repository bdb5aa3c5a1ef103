// The client of padawan.v1: one socket a tab. The server's log is the truth; this applies its numbers in order,
// asks for what is missing, and tells everybody on the page by "padawan:event".

import { showConnection } from "./banner.js";
import { Poller } from "./polling.js";
import { Requests } from "./requests.js";
import { announce, randomId, Room } from "./wire.js";

export { randomId, Refused } from "./wire.js";

const GAP_MS = 250;
const PING_MS = 25_000;
const PING_JITTER_MS = 5_000;
const PONG_MS = 10_000;
const IDLE_MS = 5 * 60_000;
const ACK_EVERY = 16;
const ACK_MS = 2_000;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;
const RELOAD_CODES = new Set([4401, 4403, 4410]);
// Which sort of page this is; the server asks those that are too old to reload.
const PAGE = 1;
const CONNECT_MS = 10_000;
// So often in a row no socket could be opened: then without one.
const FAILURES = 3;
const AGAIN_MS = 30_000;
const MUCH = 30;

class Socket extends EventTarget {
  #socket = null;
  #rooms = new Map();
  #requests = new Requests();
  #attempt = 0;
  #retryMs = null;
  #isReady = false;
  #isGivenUp = false;
  #n = 0;
  #acked = 0;
  #lastInput = Date.now();
  #lastPing = 0;
  #tab = randomId();
  #timers = { reconnect: 0, connect: 0, ping: 0, pong: 0, ack: 0 };
  // The log that this player has alone.
  #own = null;
  #failures = 0;
  #isPolling = false;
  // Why there is no connection, when we were told.
  #reason = "";
  #shown = "";
  #poller = new Poller({
    tab: this.#tab,
    rooms: () => this.#everything().filter((room) => room.id),
    state: () => this.#state(),
    receive: (frame) => this.#receive(frame),
    onAnswer: () => this.#onPolled(),
    onLost: () => this.#onPollLost(),
    onShut: () => this.#reload(),
    onRevoked: (room, { code: reason, until }) => this.#onRevoked({ room, reason, until }),
  });

  get isReady() {
    return this.#isReady || this.#isPolling;
  }

  // There is a socket, and not only the way around it.
  get isOpen() {
    return this.#isReady;
  }

  start() {
    for (const type of ["pointerdown", "keydown"]) {
      addEventListener(type, () => (this.#lastInput = Date.now()), { passive: true });
    }
    const me = document.querySelector("[data-me]")?.dataset.me;
    if (me) this.#own = new Room(me);
    addEventListener("online", () => this.#openNow());
    addEventListener("offline", () => this.#onOffline());
    document.addEventListener("padawan:retry", () => this.#openNow());
    document.addEventListener("visibilitychange", () => this.#onVisibility());
    this.#open();
  }

  join(id, options) {
    this.#rooms.set(id, new Room(id, options));
    if (this.#isReady) this.#subscribe(this.#rooms.get(id));
  }

  #everything() {
    return [...this.#rooms.values(), ...(this.#own ? [this.#own] : [])];
  }

  #room(id) {
    return this.#rooms.get(id) ?? (this.#own?.id === id ? this.#own : undefined);
  }

  // Fire and forget; false when there is no connection.
  tell(op, fields) {
    if (!this.isReady && op !== "hello") return false;
    if (this.#isReady || op === "hello") this.#socket.send(JSON.stringify({ op, ...fields }));
    else this.#sendWithout({ op, ...fields });
    return true;
  }

  request(op, fields) {
    return this.#requests.begin((id) => this.tell(op, { id, ...fields }));
  }

  async #sendWithout(frame) {
    try {
      const answer = await this.#poller.send(frame);
      // What is merely told has no id of its own: its answer is nobody's, least of all another request's.
      if (frame.id !== undefined) this.#receive(answer);
    } catch {
      this.#requests.lose(frame.id);
    }
  }

  // --- Opening and losing the connection -------------------------------------------------------------------

  #open() {
    clearTimeout(this.#timers.reconnect);
    if (this.#socket || this.#isGivenUp) return;
    if (!this.#isPolling && !this.#reason) this.#show(navigator.onLine ? "connecting" : "offline");
    const url = new URL("/ws/v1/", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, "padawan.v1");
    this.#socket = socket;
    this.#n = this.#acked = 0;
    // A network that swallows the handshake says nothing at all.
    this.#timers.connect = setTimeout(() => this.#drop(), CONNECT_MS);
    socket.addEventListener("open", () => this.#hello());
    socket.addEventListener("message", (event) => socket === this.#socket && this.#receive(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#drop(event.code));
  }

  #openNow() {
    this.#attempt = 0;
    this.#open();
  }

  #hello() {
    const since = [...this.#rooms.values()]
      .filter((room) => room.epoch)
      .map(({ id, epoch, seq }) => ({ room: id, epoch, seq }));
    const player = this.#own?.epoch ? { epoch: this.#own.epoch, seq: this.#own.seq } : {};
    this.tell("hello", { client: this.#tab, page: PAGE, since, player, state: this.#state() });
  }

  // The connection is gone, or will not come back to life: forget it and plan the next one.
  #drop(code = 1006) {
    const socket = this.#socket;
    const wasReady = this.#isReady;
    this.#socket = null;
    this.#isReady = false;
    socket?.close();
    for (const name of ["connect", "ping", "pong", "ack"]) clearTimeout(this.#timers[name]);
    this.#timers.ack = 0;
    if (wasReady || !this.#isPolling) this.#loseRequests();
    if (RELOAD_CODES.has(code)) {
      this.#reload();
      return;
    }
    if (code === 4408) this.#reason = "behind";
    if (!wasReady && socket && !this.#reason && navigator.onLine) this.#failures += 1;
    if (!this.#isPolling) this.#show(this.#reason || (navigator.onLine ? "connecting" : "offline"));
    if (this.#failures >= FAILURES) this.#poller.start();
    clearTimeout(this.#timers.reconnect);
    this.#timers.reconnect = setTimeout(() => this.#open(), this.#delay());
  }

  #loseRequests() {
    this.#requests.loseAll();
    this.dispatchEvent(new Event("lost"));
  }

  #onOffline() {
    this.#poller.stop();
    this.#isPolling = false;
    this.#reason = "";
    this.#drop();
  }

  // --- Without a socket ------------------------------------------------------------------------------------

  #onPolled() {
    if (this.#isReady || this.#isPolling) return;
    this.#isPolling = true;
    this.#reason = "";
    this.#show("polling");
    this.dispatchEvent(new Event("ready"));
    // The server may only have been away: perhaps there are sockets again.
    this.#openNow();
  }

  #onPollLost() {
    this.#isPolling = false;
    this.#loseRequests();
    this.#show(navigator.onLine ? "connecting" : "offline");
  }

  #delay() {
    const told = this.#retryMs;
    this.#retryMs = null;
    if (told !== null) return told;
    if (this.#isPolling || this.#reason === "crowded") return AGAIN_MS;
    return Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** this.#attempt++);
  }

  // Signed out, shut out or outdated: the server's own page says it best. Once, not in a circle.
  #reload() {
    this.#isGivenUp = true;
    this.#show("offline");
    const last = Number(sessionStorage.getItem("padawan:reloaded") ?? 0);
    if (Date.now() - last < 30_000) return;
    sessionStorage.setItem("padawan:reloaded", String(Date.now()));
    location.reload();
  }

  #show(state) {
    this.#shown = state;
    showConnection(state);
  }

  // --- Frames ----------------------------------------------------------------------------------------------

  #receive(frame) {
    const handlers = {
      ready: () => this.#onReady(frame),
      sub: () => this.#onSub(frame),
      ev: () => this.#onEvent(frame),
      sig: () => this.#onSignal(frame),
      ok: () => this.#requests.settle(frame),
      err: () => this.#onErr(frame),
      pong: () => this.#onPong(frame),
      revoked: () => this.#onRevoked(frame),
      bye: () => this.#onBye(frame),
    };
    handlers[frame.op]?.();
  }

  #onErr(frame) {
    if (frame.code === "crowded") this.#reason = "crowded";
    else this.#requests.settle(frame);
  }

  #onBye({ retry_ms: retryMs }) {
    this.#retryMs = retryMs;
    this.#reason = "restarting";
  }

  #onReady() {
    clearTimeout(this.#timers.connect);
    this.#poller.stop();
    this.#isPolling = false;
    this.#isReady = true;
    this.#reason = "";
    this.#attempt = this.#failures = 0;
    this.#show("online");
    this.#planPing();
    for (const room of this.#rooms.values()) {
      if (!room.epoch) this.#subscribe(room);
    }
    this.dispatchEvent(new Event("ready"));
  }

  #subscribe(room) {
    const known = room.epoch ? { epoch: room.epoch, seq: room.seq } : {};
    this.request("sub", { room: room.id, ...known }).catch((refused) => {
      if (refused.code === "not_member") this.#onRevoked({ room: room.id, reason: refused.code, until: refused.told.until });
    });
  }

  #onSub(frame) {
    const room = this.#room(frame.room);
    if (!room) return;
    room.epoch = frame.epoch;
    room.head = frame.head;
    if (frame.mode === "reset") {
      room.seq = frame.head;
      room.waiting.clear();
      room.onReset?.(frame);
    }
    if (room === this.#own) {
      announce({ room: room.id, type: "self", data: { unread: frame.unread, reads: frame.reads } });
      return;
    }
    room.onSpeaking?.(frame.speaking ?? []);
    if (this.#isReady && room.head - room.seq > MUCH) this.#show("behind");
    // Who polls is told the same people again and again.
    const people = JSON.stringify([frame.people, frame.present, frame.me]);
    if (people === room.people && this.#isPolling) return;
    room.people = people;
    announce({ room: room.id, type: "people", data: { people: frame.people, present: frame.present, viewer: frame.viewer, me: frame.me, own: frame.own_reactions, votes: frame.own_votes, drafts: frame.drafts } });
  }

  #onEvent(frame) {
    if (frame.n) {
      this.#n = frame.n;
      this.#planAck();
    }
    const room = this.#room(frame.room);
    if (!room || frame.seq <= room.seq) return;
    room.waiting.set(frame.seq, frame);
    this.#applyWaiting(room);
    clearTimeout(room.gapTimer);
    if (room.waiting.size && this.#isReady) room.gapTimer = setTimeout(() => this.#resume(room), GAP_MS);
    if (this.#shown === "behind" && this.#everything().every(({ seq, head }) => seq >= head)) this.#show("online");
  }

  #applyWaiting(room) {
    for (let next = room.waiting.get(room.seq + 1); next; next = room.waiting.get(room.seq + 1)) {
      room.waiting.delete(next.seq);
      room.seq = next.seq;
      room.onEvent?.(next);
      announce({ room: room.id, type: next.type, data: next.data, seq: next.seq });
    }
    for (const seq of room.waiting.keys()) {
      if (seq <= room.seq) room.waiting.delete(seq);
    }
  }

  #resume(room) {
    this.request("resume", { room: room.id, epoch: room.epoch, seq: room.seq }).catch(() => {});
  }

  #onSignal(frame) {
    this.#rooms.get(frame.room)?.onSignal?.(frame);
    announce({ room: frame.room, type: frame.type, data: frame.data });
  }

  #onRevoked({ room: id, reason, until }) {
    const room = this.#rooms.get(id);
    this.#rooms.delete(id);
    room?.onRevoked?.(reason, until);
    announce({ room: id, type: "revoked", data: { reason, until } });
  }

  // --- Acknowledging and the heartbeat ---------------------------------------------------------------------

  #planAck() {
    if (this.#n - this.#acked >= ACK_EVERY) this.#ack();
    else this.#timers.ack ||= setTimeout(() => this.#ack(), ACK_MS);
  }

  #ack() {
    clearTimeout(this.#timers.ack);
    this.#timers.ack = 0;
    if (this.tell("ack", { n: this.#n })) this.#acked = this.#n;
  }

  #state() {
    if (document.hidden) return "hidden";
    return Date.now() - this.#lastInput > IDLE_MS ? "idle" : "active";
  }

  #planPing() {
    clearTimeout(this.#timers.ping);
    const jitter = (Math.random() * 2 - 1) * PING_JITTER_MS;
    this.#timers.ping = setTimeout(() => this.#ping(), PING_MS + jitter);
  }

  #ping() {
    const at = Object.fromEntries([...this.#rooms.values()].map(({ id, seq }) => [id, seq]));
    this.#lastPing = Date.now();
    if (!this.tell("ping", { state: this.#state(), at })) return;
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#drop(), PONG_MS);
    this.#planPing();
  }

  #onPong({ heads }) {
    clearTimeout(this.#timers.pong);
    for (const [id, head] of Object.entries(heads)) {
      const room = this.#room(id);
      if (!room || room.seq >= head) continue;
      room.head = Math.max(room.head, head);
      // What is missing may be on its way already.
      clearTimeout(room.gapTimer);
      room.gapTimer = setTimeout(() => room.seq < head && this.#resume(room), GAP_MS);
    }
    // Where the server doesn't tell us anything, because it could not when we asked.
    for (const room of this.#everything()) {
      if (!(room.id in heads)) this.#subscribe(room);
    }
  }

  #onVisibility() {
    if (!this.#socket && !document.hidden) this.#openNow();
    else if (this.#isReady && Date.now() - this.#lastPing > 5_000) this.#ping();
  }
}

export const socket = new Socket();
