// Slow mode: one message in so many seconds. Counts down; meanwhile what is written stays in the box.

const STEP_MS = 250;
const SIZES = [[3600, "hour"], [60, "minute"], [1, "second"]];

export class SlowMode {
  #until = 0;
  #timer = 0;

  constructor(form) {
    this.line = form.querySelector("[data-slow-line]");
    this.change(Number(form.dataset.slow ?? 0));
  }

  get isOn() {
    return Date.now() < this.#until;
  }

  get sentence() {
    return `You can write again in ${inWords((this.#until - Date.now()) / 1000)}.`;
  }

  // By somebody who manages the room.
  change(seconds) {
    this.seconds = seconds;
    this.#draw();
  }

  sent() {
    if (this.seconds) this.begin(this.seconds * 1000);
  }

  begin(ms) {
    this.#until = Math.max(this.#until, Date.now() + ms);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#draw(), STEP_MS);
    this.#draw();
  }

  #draw() {
    if (!this.line) return;
    const idle = this.seconds ? `Slow mode: one message every ${inWords(this.seconds)}` : "";
    const text = this.isOn ? this.sentence : idle;
    if (!this.isOn) clearInterval(this.#timer);
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.classList.toggle("composer__slow--on", this.isOn);
  }
}

// Rounded up: nobody shall come back too early. As the server says it.
function inWords(seconds) {
  const [size, unit] = SIZES.find(([size]) => seconds >= 2 * size) ?? SIZES.at(-1);
  const number = Math.max(1, Math.ceil(seconds / size));
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}
