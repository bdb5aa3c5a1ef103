// The session panel: fetched again whenever the session moves on; counts down; keys answer; says what comes.
// Over the socket, where the server serves a crowd together; by HTTP when there is none, or when it refuses.

import { randomId, socket } from "../../messaging/js/socket.js";
import { toast } from "../../padawanforge/js/toasts.js";

const room = document.querySelector(".room");
const URGENT_MS = 5000;
const RELOAD_MS = 40;
// While many get ready, each page looks so much less often.
const LOBBY_MS = 20;
const SAME_END_MS = 500;
// A socket that has silently died is not waited for while a question is open.
const PATIENCE_MS = 5_000;
const KEYS = { t: "true", f: "false", p: "pass", arrowleft: "true", arrowright: "false" };
const VERDICTS = { true: true, false: false, pass: null };
const MARKS = new Set(["1", "2", "3"]);
// Whatever the panel shows, it changes by these.
const ALWAYS = new Set(["session.annulled", "session.assigned", "session.countdown"]);
const BUSY = "input:not([type=radio]), textarea, select, [contenteditable], [role=tablist], [role=menu], dialog";
// The way to the server may change; once in so long it is measured again.
const MEASURED_FOR_MS = 120_000;
let measuredAt = -MEASURED_FOR_MS;
let timers = [];
let reloading = 0;
let spreading = 0;
let subscriptions = 0;
// What the person sent from the panel and is still under way; and whether the panel should have been fetched
// meanwhile.
const own = new Set();
let missed = false;
let look = null;
let stale = null;
let isPressed = false;
let chosen = {};
// The answer that nobody took, because the server or the way to it was gone: given again as soon as it is back.
let unsent = null;
const GONE = 502;

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
    // A click is one only when the button is still there at its end, and its answer replaces the panel it came from.
    missed = own.size > 0 || isPressed;
    if (!missed) fetchPanel();
  }, RELOAD_MS);
}

async function fetchPanel() {
  const mine = (look = {});
  try {
    const html = await askPanel();
    if (mine === look && !isUntimely(mine)) show(html);
    else if (mine === look) reload();
  } catch {
    if (mine !== look) return;
    window.htmx.ajax("GET", panel().dataset.url, { source: live, target: "#session-panel", swap: "outerHTML" });
  }
}

async function askPanel() {
  if (!socket.isOpen) throw new Error("There is no socket.");
  return (await socket.request("panel", { room: panel().dataset.room })).html;
}

const show = (html) => window.htmx.swap("#session-panel", html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });

// The same answer goes by HTTP when the socket didn't take it, and what is refused there is shown.
async function answer(form, verdict) {
  const step = {};
  const { round, confidence } = Object.fromEntries(new FormData(form));
  const cid = randomId();
  own.add(step);
  // A panel that was asked for before the click doesn't know of it.
  stale = look;
  try {
    const given = { round: Number(round), verdict: VERDICTS[verdict], confidence: Number(confidence) || null, cid };
    const late = new Promise((_resolve, reject) => setTimeout(reject, PATIENCE_MS));
    await Promise.race([socket.request("verdict", { room: panel().dataset.room, ...given }), late]);
  } catch {
    own.delete(step);
    const values = { verdict, client_id: cid };
    const sent = window.htmx.ajax("POST", form.action, { source: form, target: "#session-panel", swap: "outerHTML", values });
    // Its events tell.
    sent.catch(() => {});
    return;
  }
  try {
    show(await askPanel());
  } catch {
    missed = true;
  }
  own.delete(step);
  if (missed) reload();
}

// Who took the step himself has the panel already; swapping it again could swallow a click.
function isNews(type, { session, phase, round, ends_at: endsAt }) {
  const shown = panel().dataset;
  const paused = type === "session.paused" ? " paused" : "";
  if (ALWAYS.has(type) || shown.step !== `${session} ${phase} ${round}${paused}`) return true;
  // The same question again, with new time. Everybody is told the usual end; the own one may be another.
  return Boolean(shown.usualEnd && endsAt) && Math.abs(Date.parse(endsAt) - Number(shown.usualEnd)) > SAME_END_MS;
}

function asks({ detail: { elt, requestConfig, xhr } }) {
  if (elt === live) look = xhr;
  if (requestConfig.verb === "get" || !panel()?.contains(elt)) return;
  own.add(xhr);
  // A panel that was asked for before the click doesn't know of it.
  stale = look;
}

// What waited in htmx's queue was sent after the click, and its panel would take the place of the answer's.
const isUntimely = (one) => one === stale || (one === look && (own.size > 0 || isPressed));

function passOver({ detail }) {
  if (!detail.xhr || !isUntimely(detail.xhr)) return;
  detail.shouldSwap = false;
  reload();
}

function released() {
  if (!isPressed) return;
  isPressed = false;
  // The click itself comes after this.
  if (missed) setTimeout(reload);
}

function answered({ detail: { xhr } }) {
  if (own.delete(xhr) && !own.size && missed) reload();
}

function failed(event) {
  const { elt, requestConfig, xhr } = event.detail;
  const verdict = requestConfig.formData.get("verdict");
  // What the server itself refuses comes with its reason.
  if (!verdict || !panel()?.contains(elt) || (xhr.status && xhr.status < GONE)) return;
  event.stopPropagation();
  if (!unsent) toast("Your answer is not in yet. It is sent again as soon as the connection is back.", "warning");
  unsent = { question: question(), verdict };
}

function answerAgain() {
  if (!unsent || own.size) return;
  const button = panel().querySelector(`[data-verdict="${unsent.verdict}"]`);
  // In a pause the question is the same, and there is nothing to press.
  if (unsent.question === question() && !button) return;
  const isOpen = unsent.question === question() && !button.disabled;
  unsent = null;
  if (isOpen) button.click();
}

const question = () => panel().dataset.step.replace(" paused", "");

// How sure somebody is stays chosen when the same question is fetched again.
function chooseAgain() {
  if (chosen.question !== question()) return;
  const mark = panel().querySelector(`fieldset:not(:disabled) [data-sure="${chosen.mark}"]`);
  if (mark) mark.checked = true;
}

function countDown() {
  timers.forEach(clearTimeout);
  timers = [];
  const { phase, now, endsAt } = panel().dataset;
  room.dataset.session = ["question", "reveal", "break"].includes(phase) ? "running" : "idle";
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

// All pages hear of everybody who gets ready; nobody has to see each of a crowd at once.
function reloadSoon(players) {
  spreading ||= setTimeout(() => {
    spreading = 0;
    reload();
  }, Math.random() * players * LOBBY_MS);
}

function progress({ answered, players, phase }) {
  if (phase === "lobby") return reloadSoon(players);
  const counter = panel().querySelector("[data-answered]");
  if (!counter) return undefined;
  counter.textContent = answered;
  panel().querySelector("[data-players]").textContent = players;
  return undefined;
}

// The server times its own question and our answer, and credits half of the way to what is answered.
async function measure(channel) {
  if (performance.now() - measuredAt < MEASURED_FOR_MS) return;
  measuredAt = performance.now();
  try {
    const { t } = await socket.request("probe", { room: channel });
    await socket.request("probe", { room: channel, t });
  } catch {
    // Without it, answers count by the time at which they arrive.
  }
}

function noticeable(type) {
  if (type === "session.progress" || room.dataset.view === "session") return;
  const tab = document.querySelector('[data-show-view="session"]');
  // On a phone the question shall not run out behind the chat.
  if (type === "session.question") tab?.click();
  else if (tab) tab.dataset.news = "";
}

document.addEventListener("padawan:event", ({ detail: { type, data, room: channel } }) => {
  // Connected again: what the log no longer has may have changed the session too.
  if (type === "people" && (subscriptions += 1) > 1) reload();
  // The start is told together with the first question.
  if (!type.startsWith("session.") || type === "session.started") return;
  noticeable(type);
  if (type === "session.question") measure(channel);
  if (type === "session.progress") progress(data);
  else if (isNews(type, data)) reload();
});
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.elt.matches?.("[data-session-panel]") && !panel()?.contains(detail.elt)) return;
  chooseAgain();
  countDown();
  announce();
  answerAgain();
});
document.body.addEventListener("htmx:beforeRequest", asks);
document.body.addEventListener("htmx:beforeSwap", passOver);
document.body.addEventListener("htmx:afterRequest", answered);
document.body.addEventListener("htmx:sendError", failed);
document.body.addEventListener("htmx:responseError", failed);
addEventListener("online", () => unsent && reload());
// Before htmx hears of it.
document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    if (!form.matches("[data-answer-form]") || !submitter || !socket.isOpen) return;
    event.preventDefault();
    event.stopPropagation();
    if (!own.size) answer(form, submitter.value);
  },
  true,
);
document.addEventListener("pointerdown", ({ target }) => (isPressed = Boolean(panel()?.contains(target))));
document.addEventListener("pointerup", released);
document.addEventListener("pointercancel", released);
document.addEventListener("change", ({ target: { dataset } }) => {
  if (dataset.sure) chosen = { question: question(), mark: dataset.sure };
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(BUSY)) return;
  const key = event.key.toLowerCase();
  if (MARKS.has(key)) {
    panel()?.querySelector(`fieldset:not(:disabled) [data-sure="${key}"]`)?.click();
    return;
  }
  // In the group of marks the arrows choose the mark.
  if (key.startsWith("arrow") && event.target.closest("[type=radio]")) return;
  const verdict = KEYS[key];
  const button = verdict && panel()?.querySelector(`[data-verdict="${verdict}"]:not(:disabled)`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
// Brought back by the browser's history, the page shows the moment at which it was left.
addEventListener("pageshow", ({ persisted }) => persisted && reload());
if (panel()) countDown();
