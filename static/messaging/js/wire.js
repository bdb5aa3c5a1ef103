// What the socket and the way around it have in common.

export class Refused extends Error {
  constructor({ code, message, retry_ms: retryMs, ...told }) {
    super(message);
    this.code = code;
    this.retryMs = retryMs;
    this.told = told;
  }
}

// What this page knows of one channel.
export class Room {
  constructor(id, { epoch, seq = 0, onEvent, onSignal, onReset, onRevoked, onSpeaking } = {}) {
    Object.assign(this, { id, epoch, seq, onEvent, onSignal, onReset, onRevoked, onSpeaking });
    this.head = seq;
    this.people = "";
    this.waiting = new Map();
    this.gapTimer = 0;
  }
}

// Tells everybody on the page.
export function announce(detail) {
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
