// Names after @ and commands after /, offered while one writes: by keyboard, by touch, and for screen readers.

const WAIT_MS = 120;
const NAME = /(?:^|[\s(])(@[\p{L}\p{N}_-]{0,30})$/u;
const COMMAND = /^(\/[a-z-]{0,20})$/i;

export class Suggestions {
  constructor(form) {
    this.text = form.querySelector("textarea");
    this.url = form.dataset.suggest;
    this.list = form.querySelector("[data-suggestions]");
    this.news = form.querySelector("[data-suggestions-news]");
    this.options = [];
    this.active = -1;
    this.timer = 0;
    this.asked = 0;
    this.text.setAttribute("aria-autocomplete", "list");
    this.text.setAttribute("aria-haspopup", "listbox");
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.addEventListener("input", () => this.#plan());
    this.text.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    // Before the composer: Enter chooses a name while the list is open.
    form.addEventListener("keydown", (event) => this.#onKey(event), true);
    form.addEventListener("submit", () => this.close(), true);
    this.list.addEventListener("pointerdown", (event) => this.#onPointer(event));
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.options = [];
    this.active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.news.textContent = "";
    this.text.removeAttribute("aria-activedescendant");
  }

  #word() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    return (before.match(NAME) ?? before.match(COMMAND))?.[1] ?? "";
  }

  #plan() {
    clearTimeout(this.timer);
    if (this.#word()) this.timer = setTimeout(() => this.#ask(), WAIT_MS);
    // An answer that is still on its way is for a word that is gone.
    else this.close();
  }

  async #ask() {
    const word = this.#word();
    const asked = (this.asked += 1);
    const url = new URL(this.url, location.href);
    url.searchParams.set("q", word.startsWith("@") ? word.slice(1) : word);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok || asked !== this.asked) return;
      const { found } = await answer.json();
      if (asked === this.asked) this.#show(found);
    } catch {
      // Without an answer one writes the name by hand.
    }
  }

  #show(found) {
    if (!found.length) {
      this.close();
      return;
    }
    this.options = found;
    this.list.replaceChildren(...found.map((option, n) => this.#item(option, n)));
    this.list.hidden = false;
    this.news.textContent = found.length === 1 ? "1 suggestion" : `${found.length} suggestions`;
    this.#activate(0);
  }

  #item({ name, hint }, n) {
    const item = document.createElement("li");
    item.className = "suggestion";
    item.id = `${this.list.id}-${n}`;
    item.setAttribute("role", "option");
    item.dataset.n = n;
    const label = document.createElement("b");
    label.textContent = name;
    const note = document.createElement("span");
    note.className = "suggestion__hint";
    note.textContent = hint;
    item.append(label, " ", note);
    return item;
  }

  #activate(n) {
    this.active = (n + this.options.length) % this.options.length;
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(index === this.active));
    }
    const item = this.list.children[this.active];
    this.text.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  #onKey(event) {
    if (event.target !== this.text || this.list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") this.#activate(this.active + 1);
    else if (event.key === "ArrowUp") this.#activate(this.active - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) this.#choose(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #onPointer(event) {
    const item = event.target.closest("[data-n]");
    if (!item) return;
    event.preventDefault();
    this.#choose(Number(item.dataset.n));
  }

  #choose(n) {
    const word = this.#word();
    const end = this.text.selectionStart;
    const { insert } = this.options[n];
    this.close();
    this.text.setRangeText(insert, end - word.length, end, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
    this.close();
  }
}
