// The session panel: fetched again whenever the session moves on; counts down; T and F answer.

const room = document.querySelector(".room");
const URGENT_MS = 5000;
let timers = [];

const panel = () => document.querySelector("[data-session-panel]");

function reload() {
  window.htmx.ajax("GET", panel().dataset.url, { target: "#session-panel", swap: "outerHTML" });
}

// Who took the step himself has the panel already; swapping it again could swallow a click.
function isNews({ session, phase, round }) {
  return panel().dataset.step !== `${session} ${phase} ${round}`;
}

function countDown() {
  timers.forEach(clearTimeout);
  timers = [];
  const { phase, now, endsAt } = panel().dataset;
  room.dataset.session = phase === "question" || phase === "reveal" ? "running" : "idle";
  const bar = panel().querySelector("[data-countdown]");
  if (!bar) return;
  // The server's clock decides; ours may be wrong by hours, so only the difference is used.
  const left = Math.max(0, Number(endsAt) - Number(now));
  const total = Number(bar.dataset.seconds);
  bar.style.setProperty("--duration", `${total}s`);
  bar.style.setProperty("--elapsed", `${Math.max(0, total - left / 1000)}s`);
  bar.dataset.state = "running";
  timers.push(setTimeout(() => (bar.dataset.state = "urgent"), Math.max(0, left - URGENT_MS)));
  timers.push(setTimeout(() => (bar.dataset.state = "over"), left));
}

function progress({ answered, players, phase }) {
  if (phase === "lobby") return reload();
  const counter = panel().querySelector("[data-answered]");
  if (!counter) return undefined;
  counter.textContent = answered;
  panel().querySelector("[data-players]").textContent = players;
  return undefined;
}

function noticeable(type) {
  if (type === "session.progress" || room.dataset.view === "session") return;
  const tab = document.querySelector('[data-show-view="session"]');
  // On a phone the question shall not run out behind the chat.
  if (type === "session.question") tab?.click();
  else if (tab) tab.dataset.news = "";
}

document.addEventListener("padawan:event", ({ detail }) => {
  if (!detail.type.startsWith("session.")) return;
  noticeable(detail.type);
  if (detail.type === "session.progress") progress(detail.data);
  else if (isNews(detail.data)) reload();
});
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt.matches?.("[data-session-panel]") || panel()?.contains(detail.elt)) countDown();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const verdict = { t: "true", f: "false" }[event.key.toLowerCase()];
  const button = verdict && panel()?.querySelector(`[data-verdict="${verdict}"]:not(:disabled)`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
if (panel()) countDown();
