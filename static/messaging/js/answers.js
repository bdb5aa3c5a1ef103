// Answers of characters: while they grow, and the buttons below them. Every button is a form's, so that it works
// without this script as well.

import { fillAuthor, fillTime, patternNode } from "./messages.js";
import { socket } from "./socket.js";

const ZERO = "00000000-0000-0000-0000-000000000000";
const ENDINGS = { stopped: "Stopped", interrupted: "Interrupted" };

function moderates() {
  return Boolean(document.querySelector("[data-stream][data-moderates]"));
}

function formOf(node) {
  return node.querySelector("form[data-slot=answer]");
}

function aim(form, uuid) {
  form.action = form.dataset.url.replace(ZERO, uuid);
  form.dataset.answer = uuid;
  form.hidden = false;
}

export function fillAnswer(node, { answer }, me) {
  const form = formOf(node);
  if (!form) return;
  if (!answer) {
    form.remove();
    return;
  }
  aim(form, answer.uuid);
  const directs = answer.asker === me || moderates();
  const part = (name) => form.querySelector(`[data-slot=${name}]`);
  part("ending").textContent = ENDINGS[answer.ending] ?? "";
  part("ending").hidden = !(answer.ending in ENDINGS);
  form.querySelector("[data-act=stop]")?.remove();
  part("variants").hidden = answer.of < 2;
  part("count").textContent = `${answer.n} of ${answer.of}`;
  const [earlier, later, again] = ["earlier", "later", "again"].map((act) => form.querySelector(`[data-act=${act}]`));
  for (const button of [earlier, later, again]) button.hidden = !directs;
  earlier.value = `choose:${answer.n - 1}`;
  earlier.disabled = answer.n < 2;
  later.value = `choose:${answer.n + 1}`;
  later.disabled = answer.n >= answer.of;
  again.classList.toggle("btn--ghost", !answer.may_retry);
  part("again").textContent = answer.may_retry ? "Retry" : "Answer again";
}

// An answer that is being written; it grows in one text node.
export class Draft {
  constructor({ draft, npc, asker }, me) {
    this.id = draft;
    this.node = patternNode();
    this.node.id = `draft-${draft}`;
    this.node.dataset.draft = draft;
    // Read out once it is complete, not word by word.
    this.node.setAttribute("aria-busy", "true");
    this.node.classList.add("msg--streaming");
    fillTime(this.node, new Date().toISOString());
    fillAuthor(this.node, { name: "", url: "", avatar_url: "", colour: 0, uuid: "", ...npc, kind: "npc" });
    const paragraph = document.createElement("p");
    this.text = document.createTextNode("");
    paragraph.append(this.text);
    this.node.querySelector(".msg__body").replaceChildren(paragraph);
    this.#offerStop(asker === me || moderates());
    this.chunk = 0;
    this.touchedAt = Date.now();
    this.say("is thinking…");
  }

  #offerStop(may) {
    const form = formOf(this.node);
    if (!form) return;
    aim(form, this.id);
    for (const node of form.querySelectorAll("[data-slot], [data-act]")) {
      if (node.dataset.act === "stop") node.hidden = !may;
      else node.remove();
    }
  }

  say(text) {
    const state = this.node.querySelector("[data-slot=state]");
    state.textContent = text;
    state.hidden = !text;
  }

  // Everything up to a piece, as the server keeps it.
  show({ text, chunk_no: chunk, state }) {
    this.touchedAt = Date.now();
    if (state === "waiting") this.say("waits for its turn");
    if (chunk < this.chunk) return;
    this.chunk = chunk;
    this.text.data = text;
    if (text) this.say("");
  }

  // False when a piece is missing: pieces may get lost, and then the whole is asked for.
  append(chunk, text) {
    this.touchedAt = Date.now();
    if (chunk <= this.chunk) return true;
    if (chunk > this.chunk + 1) return false;
    this.chunk = chunk;
    this.text.appendData(text);
    this.say("");
    return true;
  }
}

// The answers that are being written on this page.
export class Answers {
  #drafts = new Map();
  #asking = new Set();

  // stream: its list, its reader, and how to keep the reader's place. tell(text): says it to the reader.
  constructor(stream, tell) {
    this.stream = stream;
    this.tell = tell;
    stream.list.addEventListener("submit", (event) => this.#onSubmit(event));
  }

  hear({ type, data }) {
    if (type === "npc.thinking") this.#of(data).show(data);
    else if (type === "npc.delta") this.stream.keepingPlace(() => this.#grow(data));
    else if (type === "npc.ended") this.#end(data);
  }

  // What is being written at this moment: when the page begins, and whenever it was away.
  know(speaking) {
    const known = new Set(speaking.map(({ draft }) => draft));
    for (const node of this.stream.list.querySelectorAll("[data-draft]")) {
      if (!known.has(node.dataset.draft) || !this.#drafts.has(node.dataset.draft)) this.#take(node);
    }
    for (const data of speaking) this.stream.keepingPlace(() => this.#of(data).show(data));
  }

  drop(id) {
    this.#drafts.get(id)?.node.remove();
    this.#drafts.delete(id);
  }

  forget(olderThanMs) {
    for (const [id, draft] of this.#drafts) {
      if (Date.now() - draft.touchedAt > olderThanMs) this.drop(id);
    }
  }

  #take(node) {
    this.#drafts.delete(node.dataset.draft);
    node.remove();
  }

  #of(data) {
    let draft = this.#drafts.get(data.draft);
    if (!draft) {
      draft = new Draft(data, this.stream.me);
      this.#drafts.set(data.draft, draft);
      this.stream.keepingPlace(() => this.stream.list.append(draft.node));
    }
    return draft;
  }

  #grow(data) {
    if (!this.#of(data).append(data.chunk_no, data.text)) this.#look(data.draft);
  }

  async #look(id) {
    if (this.#asking.has(id)) return;
    this.#asking.add(id);
    try {
      const { speaking } = await socket.request("answer", { answer: id, act: "look" });
      const draft = this.#drafts.get(id);
      if (draft) this.stream.keepingPlace(() => draft.show(speaking));
    } catch {
      // The next piece asks again.
    } finally {
      this.#asking.delete(id);
    }
  }

  #end({ draft, reason }) {
    this.drop(draft);
    if (reason) this.tell(reason);
  }

  async #onSubmit(event) {
    const form = event.target.closest("form[data-slot=answer]");
    if (!form || !socket.isReady) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button:not([hidden])");
    const [act, n] = button.value.split(":");
    const uuid = new URL(form.action).pathname.split("/").at(-2);
    button.disabled = true;
    if (act === "stop") button.lastElementChild.textContent = "Stopping…";
    try {
      await socket.request("answer", { answer: uuid, act, ...(n ? { n: Number(n) } : {}) });
    } catch (refused) {
      this.tell(refused.message);
    } finally {
      button.disabled = false;
    }
  }
}
