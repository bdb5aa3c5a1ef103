// What was asked of the server and has no answer yet.

import { Refused } from "./wire.js";

const REQUEST_MS = 10_000;

export class Requests {
  #waiting = new Map();
  #lastId = 0;

  // `send` is given the id of the request and says whether it went out. Resolves with the server's `ok`; rejects
  // with Refused (code "offline" when there was no answer).
  begin(send) {
    return new Promise((resolve, reject) => {
      const id = String(++this.#lastId);
      if (!send(id)) {
        reject(new Refused({ code: "offline", message: "There is no connection." }));
        return;
      }
      const timer = setTimeout(() => this.lose(id, "No answer."), REQUEST_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  settle(frame) {
    const request = this.#waiting.get(String(frame.id));
    if (!request) return;
    this.#waiting.delete(String(frame.id));
    clearTimeout(request.timer);
    if (frame.op === "ok") request.resolve(frame);
    else request.reject(new Refused(frame));
  }

  lose(id, message = "The connection was lost.") {
    this.settle({ op: "err", id, code: "offline", message });
  }

  loseAll() {
    for (const id of [...this.#waiting.keys()]) this.lose(id);
  }
}
