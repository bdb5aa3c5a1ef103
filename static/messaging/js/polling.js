// The way around for networks without sockets: the same frames by plain HTTP. One call waits for news of the first
// room, the others are asked in passing.

const PAUSE_MS = 1_000;
const FAILED_MS = 3_000;

export class Poller {
  #abort = null;
  #options;

  // rooms(): what to ask for; receive(frame); onAnswer(); onLost(); onShut(): signed out; onRevoked(room, refusal).
  constructor(options) {
    this.#options = options;
  }

  get isOn() {
    return this.#abort !== null;
  }

  start() {
    if (this.isOn) return;
    this.#abort = new AbortController();
    this.#run(this.#abort.signal);
  }

  stop() {
    this.#abort?.abort();
    this.#abort = null;
  }

  // Resolves with the frame that answers.
  async send(frame) {
    const answer = await fetch("/api/v1/frames", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(frame),
    });
    if (answer.ok) return (await answer.json()).frames.at(-1);
    if (answer.status === 401) this.#options.onShut();
    const { detail = "It did not work.", code } = await answer.json().catch(() => ({}));
    const passes = answer.status === 429 || answer.status >= 500;
    return { op: "err", id: frame.id, code: passes ? "unavailable" : code, message: detail };
  }

  async #run(signal) {
    let waits = false;
    while (!signal.aborted) {
      const isFine = await this.#round(signal, waits);
      // After a failure the next answer shall come at once: it says that we are back.
      waits = isFine;
      await new Promise((resolve) => setTimeout(resolve, isFine ? PAUSE_MS : FAILED_MS));
    }
  }

  async #round(signal, waits) {
    try {
      for (const [index, room] of this.#options.rooms().entries()) {
        await this.#ask(room, waits && index === 0, signal);
      }
    } catch {
      if (!signal.aborted) this.#options.onLost();
      return false;
    }
    if (!signal.aborted) this.#options.onAnswer();
    return true;
  }

  async #ask(room, waits, signal) {
    const asked = { after: room.seq, wait: waits, tab: this.#options.tab, state: this.#options.state() };
    if (room.epoch) asked.epoch = room.epoch;
    const answer = await fetch(`/api/v1/channels/${room.id}/events?${new URLSearchParams(asked)}`, { signal });
    if (answer.status === 401) this.#options.onShut();
    if (answer.status === 409) {
      this.#options.onRevoked(room.id, await answer.json());
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const { frames } = await answer.json();
    if (!signal.aborted) frames.forEach((frame) => this.#options.receive(frame));
  }
}

function csrfToken() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";
}
