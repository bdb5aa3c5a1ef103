// Files for a character's notes: chosen or dropped, sent in pieces that go on after a break, several at once.

import { asker, sendPieces } from "../../padawanforge/js/pieces.js";

const AT_ONCE = 2;

const form = document.querySelector("[data-notes-upload]");
if (form) start(form);

function start(root) {
  const address = root.dataset.notesUpload;
  const ask = asker(root.querySelector("[name=csrfmiddlewaretoken]").value);
  const input = root.querySelector("input[type=file]");
  const list = root.querySelector("[data-sending]");
  const news = root.querySelector("[data-news]");
  const drop = root.querySelector("[data-drop]");
  const waiting = [];
  let running = 0;

  // Sending begins with the choice; the button is for browsers without scripts.
  root.querySelector("[data-without-script]").hidden = true;
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files);
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (running) event.preventDefault();
  });

  function take(files) {
    for (const blob of files) waiting.push(added(blob));
    list.hidden = false;
    next();
  }

  function next() {
    while (running < AT_ONCE && waiting.length) {
      running += 1;
      send(waiting.shift()).finally(() => {
        running -= 1;
        // The list shows what has arrived.
        document.dispatchEvent(new Event("notes:changed"));
        next();
      });
    }
  }

  async function send(file) {
    draw(file, "sending");
    try {
      if (!file.uuid) {
        const begun = await ask("POST", address, JSON.stringify({ name: file.blob.name, size: file.blob.size }));
        Object.assign(file, { uuid: begun.uuid, offset: begun.offset, piece: begun.piece });
      }
      await sendPieces(file, {
        ask,
        address: `${address}${file.uuid}/`,
        piece: file.piece,
        goesOn: () => !file.isThere,
        know: (told) => know(file, told),
        wait: (ms) => {
          draw(file, "sending", "Waiting for the connection…");
          return new Promise((resolve) => setTimeout(resolve, ms));
        },
      });
      draw(file, "sent", "Has arrived and is being read.");
      say(`${file.blob.name} has arrived.`);
      setTimeout(() => file.node.remove(), 4_000);
    } catch (refused) {
      // The same bytes are refused again; only what went by is worth another try.
      file.mayRetry = refused.isPassing === true;
      draw(file, "failed", refused.message);
      say(`${file.blob.name}: ${refused.message}`);
    }
  }

  function added(blob) {
    const node = document.createElement("li");
    node.className = "sending__file";
    list.append(node);
    const file = { blob, node, offset: 0, isThere: false };
    draw(file, "waiting", "Waiting");
    return file;
  }

  function know(file, told) {
    file.offset = told.offset;
    file.isThere = told.upload === "completed";
    draw(file, "sending");
  }

  function draw(file, state, note = "") {
    file.node.dataset.state = state;
    const name = text("span", "sending__name", file.blob.name);
    const said = text("span", "sending__note", note);
    const parts = [name, said];
    if (state === "sending") {
      const bar = document.createElement("progress");
      bar.className = "progress";
      bar.max = Math.max(file.blob.size, 1);
      bar.value = file.offset;
      bar.setAttribute("aria-label", `${file.blob.name} is on its way`);
      parts.push(bar);
    }
    if (state === "failed") parts.push(file.mayRetry ? retry(file) : putAway(file));
    file.node.replaceChildren(...parts);
  }

  function retry(file) {
    const button = text("button", "btn btn--sm", "Try again");
    button.type = "button";
    button.addEventListener("click", () => {
      Object.assign(file, { uuid: undefined, offset: 0, isThere: false });
      waiting.push(file);
      next();
    });
    return button;
  }

  function putAway(file) {
    const button = text("button", "btn btn--sm btn--ghost", "Put away");
    button.type = "button";
    button.setAttribute("aria-label", `Put away what was said of ${file.blob.name}`);
    button.addEventListener("click", () => {
      file.node.remove();
      list.hidden = !list.childElementCount;
      input.focus();
    });
    return button;
  }

  function say(sentence) {
    news.textContent = sentence;
  }
}

function text(tag, className, content) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = content;
  return node;
}
