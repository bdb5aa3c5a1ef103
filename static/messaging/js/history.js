// The ways through a stream: older and newer messages as one scrolls, and back to the present.

const AHEAD_PX = 400;
const KEPT = 200;

export class History {
  constructor(root, stream) {
    this.stream = stream;
    this.list = stream.list;
    this.more = this.list.querySelector(".stream__more");
    this.newer = this.list.querySelector(".stream__newer");
    // The page was opened somewhere in the past: what is said now waits until the reader gets there.
    this.isPast = root.hasAttribute("data-past");
    this.waiting = [];
    this.isLoading = false;
    this.older = this.more.querySelector("a");
    this.next = this.newer.querySelector("[data-newer]");
    this.older.addEventListener("click", (event) => this.#take(event, () => this.loadOlder()));
    this.next.addEventListener("click", (event) => this.#take(event, () => this.loadNewer()));
    this.newer.querySelector("[data-present]").addEventListener("click", (event) => this.#take(event, () => this.toPresent()));
  }

  // Where the page begins: at the message that it was asked for, or at the present.
  begin() {
    const found = this.list.querySelector(".msg--found");
    this.stream.isAtBottom = !found && !this.isPast;
    if (found) found.scrollIntoView({ block: "center" });
    else if (this.isPast) this.list.querySelector(".msg")?.scrollIntoView();
    else this.stream.toBottom();
    const watch = new IntersectionObserver((entries) => this.#near(entries), {
      root: this.stream.scroller, rootMargin: `${AHEAD_PX}px 0px`,
    });
    // Not before the first scroll: a short page would load all there is.
    this.stream.scroller.addEventListener("scroll", () => {
      watch.observe(this.more);
      watch.observe(this.newer);
    }, { once: true, passive: true });
  }

  // True for what must wait, because there is a gap between the page and the present.
  holds(message) {
    if (!this.isPast) return false;
    this.waiting = [...this.waiting.slice(1 - KEPT), message];
    return true;
  }

  // The server told the last messages anew.
  reset(isEmpty) {
    this.more.hidden = isEmpty;
    this.#arrive();
  }

  async loadOlder() {
    const first = this.list.querySelector(".msg[data-seq]");
    await this.#load(this.older, { before: first?.dataset.seq ?? "" }, (nodes, page) => {
      const { scroller } = this.stream;
      const height = scroller.scrollHeight;
      const top = scroller.scrollTop;
      this.more.after(...nodes);
      this.stream.arrange();
      scroller.scrollTop = top + scroller.scrollHeight - height;
      this.more.hidden = !page.dataset.older;
    });
  }

  async loadNewer() {
    await this.#load(this.next, { after: this.stream.lastSeq() }, (nodes, page) => {
      this.newer.before(...nodes);
      this.stream.arrange();
      if (!page.dataset.newer) this.#arrive();
    });
  }

  async toPresent() {
    if (!this.isPast) return this.stream.toBottom();
    await this.#load(this.next, { now: "" }, (nodes, page) => {
      for (const node of this.list.querySelectorAll(".msg[data-seq], .stream__unread")) node.remove();
      this.more.after(...nodes);
      this.more.hidden = !page.dataset.older;
      this.stream.arrange();
      this.#arrive();
      this.stream.toBottom();
    });
  }

  #arrive() {
    this.isPast = false;
    this.newer.hidden = true;
    // The place in the address is left; a reload shall not go back there.
    if (location.search) history.replaceState(history.state, "", location.pathname);
    const last = this.stream.lastSeq();
    for (const message of this.waiting) if (message.seq > last) this.stream.add(message);
    this.waiting = [];
  }

  #take(event, act) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act();
  }

  #near(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || target.hidden) continue;
      if (target === this.more) this.loadOlder();
      else this.loadNewer();
    }
  }

  async #load(link, query, place) {
    if (this.isLoading) return;
    this.isLoading = true;
    link.setAttribute("aria-busy", "true");
    // A log would read out what is put in.
    this.stream.scroller.setAttribute("aria-busy", "true");
    try {
      const url = new URL(this.older.dataset.older, location.href);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("ol");
      const isNew = "now" in query ? () => true : (node) => !document.getElementById(node.id);
      place([...page.querySelectorAll(":scope > li.msg")].filter(isNew), page);
    } catch {
      link.textContent = "That did not work. Try again";
    } finally {
      link.removeAttribute("aria-busy");
      this.stream.scroller.removeAttribute("aria-busy");
      this.isLoading = false;
    }
  }
}
