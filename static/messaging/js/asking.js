// A poll, asked in a dialog over the page. What is written stays until the poll is asked: a refusal, a lost
// connection and a closed dialog take nothing away.

import { randomId, socket } from "./socket.js";

const STATEMENT = "statement";

export class Asking {
  constructor(dialog, stream, composer) {
    this.dialog = dialog;
    this.stream = stream;
    this.composer = composer;
    this.form = dialog.querySelector("form");
    this.answers = this.form.querySelector("[data-answers]");
    this.adder = this.form.querySelector("[data-answer-add]");
    this.refusal = this.form.querySelector("[data-refusal]");
    this.fewest = Number(this.form.dataset.fewest);
    this.most = Number(this.form.dataset.most);
    this.#begin();
    composer.form.addEventListener("click", (event) => this.#onOpen(event));
    this.adder.addEventListener("click", () => this.#add().focus());
    this.answers.addEventListener("click", (event) => this.#onRemove(event));
    this.answers.addEventListener("keydown", (event) => this.#onKey(event));
    this.form.addEventListener("input", ({ target }) => this.#forgive(target));
    this.form.addEventListener("submit", (event) => this.#onSubmit(event));
  }

  // --- The form --------------------------------------------------------------------------------------------

  #begin() {
    // The same poll keeps its id: whoever repeats it after a lost answer asks nothing twice.
    this.cid = randomId();
    this.form.reset();
    this.answers.replaceChildren();
    while (this.#inputs().length < this.fewest) this.#add();
  }

  #onOpen(event) {
    const link = event.target.closest("[data-ask-poll]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.dialog.showModal();
    this.form.elements.question.focus();
  }

  #inputs() {
    return [...this.answers.querySelectorAll("input")];
  }

  #add() {
    const item = this.form.querySelector("[data-answer-pattern]").content.firstElementChild.cloneNode(true);
    this.answers.append(item);
    this.#number();
    return item.querySelector("input");
  }

  #onRemove(event) {
    const item = event.target.closest("[data-answer-remove]")?.closest("li");
    if (!item) return;
    const place = [...this.answers.children].indexOf(item);
    item.remove();
    this.#number();
    this.#inputs()[Math.max(0, place - 1)].focus();
  }

  #number() {
    const inputs = this.#inputs();
    inputs.forEach((input, index) => {
      const remove = input.closest("li").querySelector("[data-answer-remove]");
      input.setAttribute("aria-label", `Answer ${index + 1}`);
      remove.setAttribute("aria-label", `Remove answer ${index + 1}`);
      remove.hidden = inputs.length <= this.fewest;
    });
    this.adder.hidden = inputs.length >= this.most;
  }

  // Enter leads through the answers; after the last one comes another.
  #onKey(event) {
    const input = event.target.closest("input");
    if (event.key !== "Enter" || event.isComposing || !input) return;
    const inputs = this.#inputs();
    const next = inputs[inputs.indexOf(input) + 1];
    if (!next && (!input.value.trim() || inputs.length >= this.most)) return;
    event.preventDefault();
    (next ?? this.#add()).focus();
  }

  // --- What is wrong ---------------------------------------------------------------------------------------

  // The first field that can't stay as it is, and why.
  #problem() {
    const { question, kind } = this.form.elements;
    if (!line(question.value)) return [question, "Write the question."];
    if (kind.value === STATEMENT) return null;
    const inputs = this.#inputs();
    const given = inputs.filter((input) => line(input.value));
    if (given.length < this.fewest) {
      const empty = inputs.find((input) => !line(input.value));
      return [empty, `Give ${this.fewest} to ${this.most} answers.`];
    }
    const seen = new Set();
    for (const input of given) {
      const answer = line(input.value).toLowerCase();
      if (seen.has(answer)) return [input, "Two answers are the same."];
      seen.add(answer);
    }
    return null;
  }

  #blame(input, text) {
    const error = this.form.querySelector("[data-error-pattern]").content.firstElementChild.cloneNode(true);
    error.id = `${this.dialog.id}-error`;
    error.querySelector("span").textContent = text;
    (input.closest("li") ?? input.closest(".field")).append(error);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", error.id);
    input.focus();
  }

  #forgive(target) {
    this.refusal.textContent = "";
    if (target && target.getAttribute("aria-invalid") !== "true") return;
    document.getElementById(`${this.dialog.id}-error`)?.remove();
    const blamed = this.form.querySelector("[aria-invalid=true]");
    blamed?.removeAttribute("aria-invalid");
    blamed?.removeAttribute("aria-describedby");
  }

  // --- Asking ----------------------------------------------------------------------------------------------

  async #onSubmit(event) {
    event.preventDefault();
    if (this.form.ariaBusy === "true") return;
    this.#forgive();
    const problem = this.#problem();
    if (problem) {
      this.#blame(...problem);
      return;
    }
    this.form.ariaBusy = "true";
    try {
      const { message } = await socket.request("poll", { room: this.stream.room, cid: this.cid, ...this.#asked() });
      this.dialog.close();
      this.#begin();
      this.composer.slow.sent();
      this.stream.add(message);
      this.composer.text.focus();
    } catch (refused) {
      // The id belongs to a poll that did arrive, before something was changed here: this one is another.
      if (refused.code === "cid_conflict") this.cid = randomId();
      const isOffline = refused.code === "offline";
      this.refusal.textContent = isOffline ? `${refused.message} Your poll is kept here: ask again.` : refused.message;
    } finally {
      this.form.ariaBusy = "false";
    }
  }

  #asked() {
    const { question, kind, multiple, anonymous, answer, explanation, minutes } = this.form.elements;
    const asked = { question: line(question.value) };
    if (minutes.value) asked.minutes = Number(minutes.value);
    if (kind.value === STATEMENT) return { ...asked, answer: answer.value === "true", explanation: explanation.value };
    const options = this.#inputs().map((input) => line(input.value)).filter(Boolean);
    return { ...asked, options, multiple: multiple.checked, anonymous: anonymous.checked };
  }
}

function line(text) {
  return text.trim().split(/\s+/).filter(Boolean).join(" ");
}
