// The session panel: fetched again whenever the session moves on; counts down; keys answer; says what comes.

const room = document.querySelector(".room");
const URGENT_MS = 5000;
const RELOAD_MS = 40;
const SAME_END_MS = 500;
const KEYS = { t: "true", f: "false", arrowleft: "true", arrowright: "false" };
const BUSY = "input, textarea, select, [contenteditable], [role=tablist], [role=menu], dialog";
let timers = [];
let reloading = 0;
let subscriptions = 0;

const panel = () => document.querySelector("[data-session-panel]");

// Outside of the panel: a region that is replaced together with its text is not read aloud.
const live = document.createElement("p");
live.className = "sr-only";
live.setAttribute("aria-live", "polite");
panel()?.before(live);

function announce() {
  const text = panel().dataset.announce;
  if (live.textContent !== text) live.textContent = text;
}

// A page that was away gets many events at once, and one look is enough.
function reload() {
  clearTimeout(reloading);
  reloading = setTimeout(() => {
    window.htmx.ajax("GET", panel().dataset.url, { target: "#session-panel", swap: "outerHTML" });
  }, RELOAD_MS);
}

// Who took the step himself has the panel already; swapping it again could swallow a click.
function isNews({ session, phase, round, ends_at: endsAt }) {
  const shown = panel().dataset;
  if (shown.step !== `${session} ${phase} ${round}`) return true;
  // The same question again, with new time.
  return Boolean(shown.endsAt && endsAt) && Math.abs(Date.parse(endsAt) - Number(shown.endsAt)) > SAME_END_MS;
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

document.addEventListener("padawan:event", ({ detail: { type, data } }) => {
  // Connected again: what the log no longer has may have changed the session too.
  if (type === "people" && (subscriptions += 1) > 1) reload();
  // The start is told together with the first question.
  if (!type.startsWith("session.") || type === "session.started") return;
  noticeable(type);
  if (type === "session.progress") progress(data);
  else if (isNews(data)) reload();
});
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.elt.matches?.("[data-session-panel]") && !panel()?.contains(detail.elt)) return;
  countDown();
  announce();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(BUSY)) return;
  const verdict = KEYS[event.key.toLowerCase()];
  const button = verdict && panel()?.querySelector(`[data-verdict="${verdict}"]:not(:disabled)`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
// Brought back by the browser's history, the page shows the moment at which it was left.
addEventListener("pageshow", ({ persisted }) => persisted && reload());
if (panel()) countDown();
