// Wires a page that shows a stream: socket, messages, typing line and composer.

import { Composer } from "./composer.js";
import { socket } from "./socket.js";
import { Stream } from "./stream.js";
import { Tools } from "./tools.js";
import { TypingLine } from "./typing.js";

function begin(root) {
  const { room, epoch, seq, me } = root.dataset;
  const stream = new Stream(root);
  const typing = new TypingLine(document.querySelector("[data-typing]"), me);
  const form = document.querySelector("[data-composer]");
  const composer = form && new Composer(form, stream);

  new Tools(stream, composer);
  document.addEventListener("padawan:event", ({ detail }) => {
    if (detail.room !== room || detail.type !== "people") return;
    const self = detail.data.people.find((person) => person.uuid === me);
    if (self) composer?.know(self);
    stream.know(detail.data.own);
    stream.markNew(detail.data.me.read_seq);
  });
  socket.join(room, {
    epoch,
    seq: Number(seq),
    onEvent(event) {
      stream.apply(event);
      const message = event.data.message;
      if (!message) return;
      composer?.settle(message.cid);
      typing.stop(message.author.uuid);
    },
    onSignal(signal) {
      stream.hear(signal);
      if (signal.type === "typing") typing.hear(signal.data);
    },
    onReset: (snapshot) => {
      stream.reset(snapshot);
      for (const message of snapshot.messages) composer?.settle(message.cid);
    },
    onRevoked: () => composer?.close("You are no longer in this room."),
  });
  socket.start();
}

const root = document.querySelector("[data-stream]");
if (root) begin(root);
