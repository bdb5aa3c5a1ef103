// The board of pins of an open page: fetched again when something is pinned or taken down.

import { socket } from "./socket.js";

const board = document.querySelector("[data-pins]");

async function refresh() {
  try {
    const answer = await fetch(board.dataset.pins, { headers: { "X-Part": "pins" } });
    if (answer.ok) board.innerHTML = await answer.text();
  } catch {
    // The next change, or a reload, brings it.
  }
}

if (board) {
  socket.join(board.dataset.room, {
    epoch: board.dataset.epoch,
    seq: Number(board.dataset.seq),
    onEvent: ({ type }) => /^message\.(pinned|unpinned|deleted|edited)$/.test(type) && refresh(),
    onSignal: () => {},
    onReset: () => {},
    onRevoked: () => location.reload(),
  });
  socket.start();
}
