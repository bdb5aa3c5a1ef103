// The client of padawan.v1: one socket a tab. The server's log is the truth; this applies its numbers in order,
// asks for what is missing, and tells everybody on the page by "padawan:event".

const GAP_MS = 250;
const PING_MS = 25_000;
const PING_JITTER_MS = 5_000;
const PONG_MS = 10_000;
const REQUEST_MS = 10_000;
const IDLE_MS = 5 * 60_000;
const ACK_EVERY = 16;
const ACK_MS = 2_000;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;
const RELOAD_CODES = new Set([4401, 4403, 4410]);
const LABELS = { online: "Connected", connecting: "Connecting…", offline: "Offline" };

export class Refused extends Error {
  constructor({ code, message, retry_ms: retryMs, ...told }) {
    super(message);
    this.code = code;
    this.retryMs = retryMs;
    this.told = told;
  }
}

class Room {
  constructor(id, { epoch, seq, onEvent, onSignal, onReset, onRevoked }) {
    Object.assign(this, { id, epoch, seq, onEvent, onSignal, onReset, onRevoked });
    this.waiting = new Map();
    this.gapTimer = 0;
  }
}

class Socket extends EventTarget {
  #socket = null;
  #rooms = new Map();
  #requests = new Map();
  #lastId = 0;
  #attempt = 0;
  #retryMs = null;
  #isReady = false;
  #isGivenUp = false;
  #n = 0;
  #acked = 0;
  #lastInput = Date.now();
  #lastPing = 0;
  #tab = randomId();
  #timers = { reconnect: 0, ping: 0, pong: 0, ack: 0 };

  get isReady() {
    return this.#isReady;
  }

  start() {
    for (const type of ["pointerdown", "keydown"]) {
      addEventListener(type, () => (this.#lastInput = Date.now()), { passive: true });
    }
    addEventListener("online", () => this.#openNow());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => this.#onVisibility());
    this.#open();
  }

  join(id, options) {
    this.#rooms.set(id, new Room(id, options));
    if (this.#isReady) this.#subscribe(this.#rooms.get(id));
  }

  // Fire and forget; false when there is no connection.
  tell(op, fields) {
    if (!this.#isReady && op !== "hello") return false;
    this.#socket.send(JSON.stringify({ op, ...fields }));
    return true;
  }

  // Resolves with the server's `ok`; rejects with Refused (code "offline" when there was no answer).
  request(op, fields) {
    return new Promise((resolve, reject) => {
      const id = String(++this.#lastId);
      if (!this.tell(op, { id, ...fields })) {
        reject(new Refused({ code: "offline", message: "There is no connection." }));
        return;
      }
      const timer = setTimeout(() => this.#settle(id, { op: "err", code: "offline", message: "No answer." }), REQUEST_MS);
      this.#requests.set(id, { resolve, reject, timer });
    });
  }

  // --- Opening and losing the connection -------------------------------------------------------------------

  #open() {
    clearTimeout(this.#timers.reconnect);
    if (this.#socket || this.#isGivenUp) return;
    this.#show("connecting");
    const url = new URL("/ws/v1/", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, "padawan.v1");
    this.#socket = socket;
    this.#n = this.#acked = 0;
    socket.addEventListener("open", () => this.#hello());
    socket.addEventListener("message", (event) => socket === this.#socket && this.#receive(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#onClose(event.code));
  }

  #openNow() {
    this.#attempt = 0;
    this.#open();
  }

  #hello() {
    const since = [...this.#rooms.values()]
      .filter((room) => room.epoch)
      .map(({ id, epoch, seq }) => ({ room: id, epoch, seq }));
    this.tell("hello", { client: this.#tab, since, state: this.#state() });
  }

  #onClose(code) {
    this.#drop(code);
  }

  // The connection is gone, or will not come back to life: forget it and plan the next one.
  #drop(code = 1006) {
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    socket?.close();
    for (const name of ["ping", "pong", "ack"]) clearTimeout(this.#timers[name]);
    for (const id of [...this.#requests.keys()]) {
      this.#settle(id, { op: "err", code: "offline", message: "The connection was lost." });
    }
    this.dispatchEvent(new Event("lost"));
    if (RELOAD_CODES.has(code)) {
      this.#reload();
      return;
    }
    this.#show("offline");
    clearTimeout(this.#timers.reconnect);
    this.#timers.reconnect = setTimeout(() => this.#open(), this.#delay());
  }

  #delay() {
    const told = this.#retryMs;
    this.#retryMs = null;
    if (told !== null) return told;
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
    for (const node of document.querySelectorAll("[data-connection]")) {
      node.dataset.state = state;
      if (node.textContent !== LABELS[state]) node.textContent = LABELS[state];
    }
  }

  // --- Frames ----------------------------------------------------------------------------------------------

  #receive(frame) {
    const handlers = {
      ready: () => this.#onReady(frame),
      sub: () => this.#onSub(frame),
      ev: () => this.#onEvent(frame),
      sig: () => this.#onSignal(frame),
      ok: () => this.#settle(frame.id, frame),
      err: () => this.#settle(frame.id, frame),
      pong: () => this.#onPong(frame),
      revoked: () => this.#onRevoked(frame),
      bye: () => (this.#retryMs = frame.retry_ms),
    };
    handlers[frame.op]?.();
  }

  #onReady() {
    this.#isReady = true;
    this.#attempt = 0;
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
      if (refused.code === "not_member") this.#onRevoked({ room: room.id, reason: refused.code });
    });
  }

  #onSub(frame) {
    const room = this.#rooms.get(frame.room);
    if (!room) return;
    room.epoch = frame.epoch;
    if (frame.mode === "reset") {
      room.seq = frame.head;
      room.waiting.clear();
      room.onReset?.(frame);
    }
    announce({ room: room.id, type: "people", data: { people: frame.people, me: frame.me, own: frame.own_reactions } });
  }

  #onEvent(frame) {
    this.#n = frame.n;
    this.#planAck();
    const room = this.#rooms.get(frame.room);
    if (!room || frame.seq <= room.seq) return;
    room.waiting.set(frame.seq, frame);
    this.#applyWaiting(room);
    clearTimeout(room.gapTimer);
    if (room.waiting.size) room.gapTimer = setTimeout(() => this.#resume(room), GAP_MS);
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

  #onRevoked({ room: id, reason }) {
    const room = this.#rooms.get(id);
    this.#rooms.delete(id);
    room?.onRevoked?.(reason);
    announce({ room: id, type: "revoked", data: { reason } });
  }

  #settle(id, frame) {
    const request = this.#requests.get(String(id));
    if (!request) return;
    this.#requests.delete(String(id));
    clearTimeout(request.timer);
    if (frame.op === "ok") request.resolve(frame);
    else request.reject(new Refused(frame));
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
      const room = this.#rooms.get(id);
      if (!room || room.seq >= head) continue;
      // What is missing may be on its way already.
      clearTimeout(room.gapTimer);
      room.gapTimer = setTimeout(() => room.seq < head && this.#resume(room), GAP_MS);
    }
  }

  #onVisibility() {
    if (!this.#socket && !document.hidden) this.#openNow();
    else if (this.#isReady && Date.now() - this.#lastPing > 5_000) this.#ping();
  }
}

function announce(detail) {
  document.dispatchEvent(new CustomEvent("padawan:event", { detail }));
}

// A UUID. crypto.randomUUID exists on secure origins only, and a server in the local network is none.
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const socket = new Socket();
