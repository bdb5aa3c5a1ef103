// What can be done with a message, on the spot; without this script the same links lead to the message's page.

import { socket } from "./socket.js";

export class Tools {
  constructor(stream, composer) {
    this.stream = stream;
    this.composer = composer;
    this.target = null;
    this.deleting = document.getElementById("delete-message");
    this.reacting = document.getElementById("react-message");
    stream.list.addEventListener("click", (event) => this.#onClick(event));
    this.deleting.querySelector("form").addEventListener("submit", (event) => this.#onDelete(event));
    this.reacting.addEventListener("click", (event) => this.#onSign(event));
  }

  #onClick(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const node = event.target.closest(".msg[data-uuid]");
    if (!node) return;
    const chip = event.target.closest(".reaction");
    if (chip) this.#react(node.dataset.uuid, chip.dataset.sign, chip.getAttribute("aria-pressed") !== "true");
    const link = event.target.closest("[data-tool]");
    if (link && socket.isReady && this.#do(link.dataset.tool, node)) event.preventDefault();
    const quote = event.target.closest("[data-parent]");
    if (quote && this.stream.show(quote.dataset.parent)) event.preventDefault();
  }

  #do(tool, node) {
    if (tool === "delete") this.#open(this.deleting, node);
    else if (tool === "react") this.#open(this.reacting, node);
    else if (tool === "edit" && this.composer) this.composer.beginEdit(node);
    else if (tool === "reply" && this.composer) this.composer.beginReply(node);
    else if (tool === "save" || tool === "pin") this.#keep(tool, node);
    else return false;
    return true;
  }

  // Saves it for this reader, or pins it for all; again takes it back.
  async #keep(tool, node) {
    const isOn = tool === "pin" ? !node.hasAttribute("data-pinned") : !node.hasAttribute("data-saved");
    try {
      const { message } = await socket.request(tool, { message: node.dataset.uuid, on: isOn });
      if (message) this.stream.replace(message);
      else node.toggleAttribute("data-saved", isOn);
      if (tool === "save") this.composer?.tell(isOn ? "Saved for you." : "Off your list.");
    } catch (refused) {
      this.composer?.tell(refused.message);
    }
  }

  #open(dialog, node) {
    this.target = node.dataset.uuid;
    dialog.querySelector("[role=alert]").textContent = "";
    const reason = dialog.querySelector("input");
    if (reason) reason.value = "";
    dialog.showModal();
  }

  async #onDelete(event) {
    event.preventDefault();
    const reason = this.deleting.querySelector("input").value.trim();
    try {
      const { message } = await socket.request("delete", { message: this.target, reason });
      this.stream.replace(message);
      this.deleting.close();
    } catch (refused) {
      this.deleting.querySelector("[role=alert]").textContent = refused.message;
    }
  }

  async #onSign(event) {
    const button = event.target.closest("[data-sign]");
    if (!button) return;
    const error = await this.#react(this.target, button.dataset.sign, true);
    if (error) this.reacting.querySelector("[role=alert]").textContent = error;
    else this.reacting.close();
  }

  async #react(uuid, emoji, on) {
    try {
      const { message, own } = await socket.request("react", { message: uuid, emoji, on });
      this.stream.replace(message, own);
      return "";
    } catch (refused) {
      return refused.message;
    }
  }
}
