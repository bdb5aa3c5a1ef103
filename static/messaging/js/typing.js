// Who is writing. Each word of it is forgotten after eight seconds, for an end may get lost.

const FORGET_MS = 8_000;

export class TypingLine {
  constructor(line, me) {
    this.line = line;
    this.me = me;
    this.dots = line.querySelector(".typing__dots");
    this.names = line.querySelector("[data-typing-names]");
    this.writing = new Map();
  }

  hear({ player, name, on }) {
    if (player === this.me) return;
    this.stop(player);
    if (on) this.writing.set(player, { name, timer: setTimeout(() => this.stop(player), FORGET_MS) });
    this.#show();
  }

  stop(player) {
    clearTimeout(this.writing.get(player)?.timer);
    if (this.writing.delete(player)) this.#show();
  }

  #show() {
    const text = sentence([...this.writing.values()].map(({ name }) => name));
    this.dots.hidden = !text;
    if (this.names.textContent !== text) this.names.textContent = text;
  }
}

function sentence(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is writing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are writing`;
  return "Several people are writing";
}
