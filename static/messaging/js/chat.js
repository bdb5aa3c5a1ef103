// Wires a page that shows a stream: socket, messages, typing line and composer.

import { Asking } from "./asking.js";
import { Composer } from "./composer.js";
import { Extras, knowVotes } from "./extras.js";
import { Drafts } from "./drafts.js";
import { markOwnMentions } from "./marks.js";
import { socket } from "./socket.js";
import { Stream } from "./stream.js";
import { Suggestions } from "./suggest.js";
import { Tools } from "./tools.js";
import { TypingLine } from "./typing.js";

function begin(root) {
  const { room, epoch, seq, me } = root.dataset;
  const stream = new Stream(root);
  const typing = new TypingLine(document.querySelector("[data-typing]"), me);
  const form = document.querySelector("[data-composer]");
  const composer = form && new Composer(form, stream);

  stream.onTold = (text) => composer?.tell(text);
  new Tools(stream, composer);
  markOwnMentions(root, me);
  if (form?.dataset.suggest) {
    new Suggestions(form);
    new Drafts(form, composer, room);
  }
  new Extras(stream);
  const asking = composer && document.getElementById("ask-poll");
  if (asking) new Asking(asking, stream, composer);
  document.addEventListener("padawan:event", ({ detail }) => {
    if (detail.type === "read.moved" && detail.data.room === room) stream.hasRead(detail.data.seq);
    if (detail.room !== room || detail.type !== "people") return;
    composer?.know(detail.data.viewer);
    stream.know(detail.data.own);
    knowVotes(detail.data.votes);
    stream.markNew(detail.data.me.read_seq);
  });
  socket.join(room, {
    epoch,
    seq: Number(seq),
    onEvent(event) {
      stream.apply(event);
      if (event.type === "room.updated" && !("moderates" in root.dataset)) composer?.slow.change(event.data.slow_seconds);
      if (event.type === "room.archived") composer?.close("This room was closed. Nobody can write in it any more.");
      if (event.type === "room.restored") composer?.open();
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
    onSpeaking: (speaking) => stream.answers.know(speaking),
    onRevoked: (_reason, until) => composer?.close(farewell(until)),
  });
  socket.start();
}

function farewell(until) {
  if (!until) return "You are no longer in this room.";
  const end = new Date(until).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
  return `You are no longer in this room. It is closed to you until ${end}.`;
}

const root = document.querySelector("[data-stream]");
if (root) begin(root);
