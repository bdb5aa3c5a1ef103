// Files for a character's notes: chosen or dropped, sent in pieces that go on after a break, several at once.

const AT_ONCE = 2;
const WAIT_MS = [1_000, 2_000, 4_000, 8_000];

const form = document.querySelector("[data-notes-upload]");
if (form) start(form);

function start(root) {
  const address = root.dataset.notesUpload;
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
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
      await sendPieces(file);
      draw(file, "sent", "Has arrived and is being read.");
      say(`${file.blob.name} has arrived.`);
      setTimeout(() => file.node.remove(), 4_000);
    } catch (refused) {
      draw(file, "failed", refused.message);
      say(`${file.blob.name}: ${refused.message}`);
    }
  }

  async function sendPieces(file) {
    let tries = 0;
    while (!file.isThere) {
      const piece = file.blob.slice(file.offset, file.offset + file.piece);
      try {
        know(file, await ask("PATCH", of(file), piece, { "Upload-Offset": String(file.offset) }));
        tries = 0;
      } catch (refused) {
        if (refused.offset !== undefined && refused.offset !== file.offset) {
          file.offset = refused.offset;
        } else if (refused.isPassing) {
          draw(file, "sending", "Waiting for the connection…");
          await pause(WAIT_MS[Math.min(tries++, WAIT_MS.length - 1)]);
          const where = await ask("GET", of(file)).catch(() => null);
          if (where) know(file, where);
        } else {
          throw refused;
        }
      }
      draw(file, "sending");
    }
  }

  const of = (file) => `${address}${file.uuid}/`;

  async function ask(method, url, body, headers = {}) {
    let answer;
    try {
      answer = await fetch(url, { method, body, headers: { "X-CSRFToken": token, ...headers } });
    } catch {
      throw Object.assign(new Error("There is no connection."), { isPassing: true });
    }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const isPassing = answer.status >= 500 || answer.status === 429;
    throw Object.assign(new Error(told.detail ?? "The file could not be sent."), { isPassing, offset: told.offset });
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
    if (state === "failed") parts.push(retry(file));
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

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
