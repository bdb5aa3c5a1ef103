// Files on their way: chosen, dropped or pasted; sent in pieces that go on after a break; told in the message.

import { asker, sendPieces } from "../../padawanforge/js/pieces.js";
import { sizeWords } from "./extras.js";
import { forgetPrint, keepPrint, keptPrint, printOf } from "./prints.js";
import { randomId, socket } from "./socket.js";

const PIECE = 512 * 1024;
const MOST = 10;
const LOOK_MS = 700;

export class Tray {
  constructor(root, form) {
    this.root = root;
    this.form = form;
    this.address = root.dataset.uploads;
    this.ask = asker(form.querySelector("[name=csrfmiddlewaretoken]").value);
    this.list = root.querySelector("[data-tray-list]");
    this.news = root.querySelector("[data-tray-news]");
    this.input = root.querySelector("input[type=file]");
    this.files = new Map();
    root.dataset.live = "";
    this.list.replaceChildren();
    this.input.addEventListener("change", () => this.#take(this.input.files, () => (this.input.value = "")));
    form.addEventListener("paste", (event) => this.#onPaste(event));
    for (const name of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(name, (event) => this.#onDrag(event));
    }
    this.#recall();
  }

  // Whether something that was chosen here is on its way; what an earlier page or another one sends keeps nobody.
  get isBusy() {
    const files = [...this.files.values()].filter((file) => !isHalted(file));
    return files.some((file) => file.state === "uploading" || file.state === "checking");
  }

  get hasFiles() {
    return [...this.files.values()].some((file) => file.state === "ready");
  }

  // The files of the next message; they leave the tray with it.
  take() {
    const ready = [...this.files.values()].filter((file) => file.state === "ready");
    for (const file of ready) this.#drop(file);
    return ready.map((file) => file.uuid);
  }

  // A message that was refused gives its files back.
  async giveBack(uuids) {
    if (uuids?.length) await this.#recall();
  }

  // --- Choosing ----------------------------------------------------------------------------------------------

  #onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.#take(files);
  }

  #onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const isStillOver = event.type === "dragleave" && event.relatedTarget !== null;
    this.root.toggleAttribute("data-over", event.type === "dragover" || isStillOver);
    if (event.type === "drop") this.#take(event.dataTransfer.files);
  }

  #take(chosen, after = () => {}) {
    const files = [...chosen];
    after();
    const free = MOST - this.files.size;
    if (files.length > free) this.#say(`A message takes at most ${MOST} files.`);
    for (const blob of files.slice(0, Math.max(0, free))) this.#begin(blob);
  }

  // What an earlier page has uploaded and not sent.
  async #recall() {
    try {
      const { uploads } = await this.ask("GET", this.address);
      for (const upload of uploads) {
        if ([...this.files.values()].some((file) => file.uuid === upload.uuid)) continue;
        const file = this.#add({ uuid: upload.uuid, name: upload.name, size: upload.size });
        this.#know(file, upload);
        this.#wait(file);
      }
    } catch {
      // Without an answer there is nothing to show; the files wait on the server.
    }
  }

  // --- Sending -----------------------------------------------------------------------------------------------

  #begin(blob) {
    const halted = [...this.files.values()].find((file) => isHalted(file) && keptPrint(file.uuid) === printOf(blob));
    if (halted) {
      halted.blob = blob;
      this.#send(halted);
      return;
    }
    const file = this.#add({ blob, name: blob.name || "picture.png", size: blob.size });
    this.#send(file);
  }

  async #send(file) {
    file.state = "uploading";
    this.#draw(file);
    try {
      if (!file.uuid) {
        const begun = await this.ask("POST", this.address, JSON.stringify({ name: file.name, size: file.size }));
        file.uuid = begun.uuid;
        file.offset = begun.offset;
        keepPrint(file.uuid, file.blob);
      }
      await this.#sendPieces(file);
    } catch (refused) {
      if (this.files.has(file.id)) this.#fail(file, refused.message);
    }
  }

  async #sendPieces(file) {
    await sendPieces(file, {
      ask: this.ask,
      address: this.#of(file),
      piece: PIECE,
      goesOn: () => file.offset < file.size && this.files.has(file.id),
      know: (upload) => this.#know(file, upload),
      wait: (ms) => {
        this.#draw(file, "Waiting for the connection…");
        return pause(ms);
      },
    });
    await this.#wait(file);
  }

  async #wait(file) {
    while (file.state === "checking" && this.files.has(file.id)) {
      await pause(LOOK_MS);
      const where = await this.ask("GET", this.#of(file)).catch(() => null);
      if (where) this.#know(file, where);
    }
  }

  #of(file) {
    return `/uploads/${file.uuid}/`;
  }

  // --- What is shown -----------------------------------------------------------------------------------------

  #add(fields) {
    const file = { id: randomId(), offset: 0, state: "uploading", ...fields };
    file.node = document.createElement("li");
    file.node.className = "tray__item";
    this.files.set(file.id, file);
    this.list.append(file.node);
    this.list.hidden = false;
    this.#draw(file);
    return file;
  }

  #know(file, upload) {
    const before = file.state;
    Object.assign(file, {
      offset: upload.offset,
      state: upload.state,
      kind: upload.kind,
      name: upload.name || file.name,
      alt: upload.alt,
      preview: upload.preview_url,
    });
    if (file.state === "refused") this.#fail(file, upload.problem);
    else this.#draw(file);
    if (before !== "ready" && file.state === "ready") this.#say(`${file.name} is ready.`);
  }

  #fail(file, reason) {
    file.state = "failed";
    this.#draw(file, reason);
    this.#say(`${file.name}: ${reason}`);
  }

  #draw(file, note) {
    const parts = [this.#face(file), this.#text(file, note)];
    if (file.state === "uploading") parts.push(bar(file));
    if (file.state === "ready" && file.kind === "image") parts.push(this.#altField(file));
    if (file.state === "failed" && file.blob) parts.push(button("Try again", () => this.#retry(file)));
    parts.push(button("Remove", () => this.#remove(file), `Remove ${file.name}`));
    // Whoever writes the description keeps the place.
    if (!file.node.contains(document.activeElement) || file.drawn !== file.state) file.node.replaceChildren(...parts);
    file.drawn = file.state;
    file.node.classList.toggle("tray__item--failed", file.state === "failed");
  }

  #face(file) {
    const face = document.createElement(file.preview ? "img" : "span");
    face.className = "tray__face";
    if (file.preview) Object.assign(face, { src: file.preview, alt: "" });
    else face.textContent = file.name.split(".").at(-1).slice(0, 4).toUpperCase();
    return face;
  }

  #text(file, note) {
    const words = document.createElement("span");
    words.className = "tray__words";
    const part = `${Math.floor((100 * file.offset) / file.size)} %`;
    const state = { uploading: isHalted(file) ? `${part}. Choose it again, and it goes on.` : part, checking: "Being looked at…" };
    const name = document.createElement("b");
    name.textContent = file.name;
    words.append(name, ` ${note ?? state[file.state] ?? sizeWords(file.size)}`);
    return words;
  }

  #altField(file) {
    const field = document.createElement("input");
    Object.assign(field, { className: "input tray__alt", maxLength: 300, value: file.alt ?? "" });
    field.placeholder = "What does it show?";
    field.setAttribute("aria-label", `What ${file.name} shows, for those who can't see it`);
    field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    field.addEventListener("change", () => {
      file.alt = field.value;
      this.ask("POST", `${this.#of(file)}describe/`, new URLSearchParams({ alt: field.value })).catch(() => {
        this.#say("The description could not be saved.");
      });
    });
    return field;
  }

  #retry(file) {
    // A refused file begins anew; one that lost its connection goes on.
    if (file.offset >= file.size) Object.assign(file, { uuid: undefined, offset: 0 });
    this.#send(file);
  }

  #remove(file) {
    this.#drop(file);
    if (file.uuid) this.ask("DELETE", this.#of(file)).catch(() => {});
    this.#say(`${file.name} is removed.`);
    this.input.focus();
  }

  #drop(file) {
    this.files.delete(file.id);
    forgetPrint(file.uuid);
    file.node.remove();
    this.list.hidden = !this.files.size;
  }

  #say(text) {
    this.news.textContent = text;
  }
}

// On its way when the page was left: the server has the beginning, the page has nothing.
function isHalted(file) {
  return file.state === "uploading" && !file.blob;
}

function bar({ offset, size, name }) {
  const node = document.createElement("progress");
  Object.assign(node, { className: "progress tray__bar", max: size, value: offset });
  node.setAttribute("aria-label", name);
  return node;
}

function button(text, act, label = text) {
  const node = document.createElement("button");
  Object.assign(node, { type: "button", className: "btn btn--ghost btn--sm", textContent: text });
  node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}

function pause(ms) {
  return new Promise((done) => {
    setTimeout(done, ms);
    socket.addEventListener("ready", done, { once: true });
  });
}
