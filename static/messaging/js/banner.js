// Says how the page is connected: a word in the bar of the room, and a line above the messages while something is
// wrong. Both go away by themselves.

const LABELS = {
  online: "Connected",
  connecting: "Connecting…",
  offline: "Offline",
  restarting: "Restarting…",
  polling: "Delayed",
  behind: "Catching up…",
  crowded: "Too many windows",
};
const LINES = {
  connecting: "The connection was lost. Trying again… What you write is kept until it is sent.",
  offline: "You are offline. What you write is kept, and sent when you are back.",
  restarting: "The forge restarts; that takes a few seconds. What you write is kept until it is sent.",
  polling: "No live connection is possible in this network. Messages come and go with a short delay.",
  behind: "Much has happened. Catching up…",
  crowded: "The game is open in too many windows. Close one of them, and it goes on here.",
};
// A page that begins, or a gap of a moment, is no news.
const PATIENCE_MS = { connecting: 2_500, behind: 1_000 };
const CAN_RETRY = new Set(["connecting", "crowded"]);

let timer = 0;
let line = null;

export function showConnection(state) {
  for (const node of document.querySelectorAll("[data-connection]")) {
    node.dataset.state = state;
    if (node.textContent !== LABELS[state]) node.textContent = LABELS[state];
  }
  const banner = bannerLine();
  if (!banner || banner.dataset.state === state) return;
  banner.dataset.state = state;
  clearTimeout(timer);
  if (!LINES[state]) fill(banner, state);
  else timer = setTimeout(() => fill(banner, state), PATIENCE_MS[state] ?? 0);
}

function fill(banner, state) {
  banner.hidden = !LINES[state];
  banner.querySelector("span").textContent = LINES[state] ?? "";
  banner.querySelector("button").hidden = !CAN_RETRY.has(state);
}

function bannerLine() {
  const stream = document.querySelector("[data-stream]");
  if (line || !stream) return line;
  line = document.createElement("div");
  line.className = "connection-line";
  line.setAttribute("role", "status");
  line.hidden = true;
  const button = document.createElement("button");
  button.className = "btn btn--sm";
  button.type = "button";
  button.textContent = "Try now";
  button.addEventListener("click", () => document.dispatchEvent(new Event("padawan:retry")));
  line.append(document.createElement("span"), button);
  stream.before(line);
  return line;
}
