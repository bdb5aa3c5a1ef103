// Moments come from the server as UTC and are told in the reader's own clock and words.

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const language = document.documentElement.lang || undefined;
// The chosen zone, else the device's own.
const timeZone = document.documentElement.dataset.timeZone || undefined;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", timeZone });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short", timeZone });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short", timeZone });

export function relativeTime(moment, now = new Date()) {
  const seconds = Math.round((moment - now) / 1000);
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? relative.format(Math.trunc(seconds / unit[1]), unit[0]) : "just now";
}

// What is to come: the last minute before it is not over yet.
function ahead(moment) {
  const text = relativeTime(moment);
  return text === "just now" ? "in less than a minute" : text;
}

const STYLES = {
  relative: relativeTime,
  ahead,
  clock: (moment) => clock.format(moment),
  date: (day) => date.format(day),
  moment: (when) => moment.format(when),
};

export function tellTimes(root = document) {
  for (const node of root.querySelectorAll("time[data-time]")) {
    const moment = new Date(node.dateTime);
    const tell = STYLES[node.dataset.time];
    if (!tell || Number.isNaN(moment.valueOf())) continue;
    const text = tell(moment);
    if (node.textContent !== text) node.textContent = text;
    node.title = full.format(moment);
  }
}

tellTimes();
setInterval(tellTimes, 30_000);
// Messages arrive by socket and by htmx; both only add nodes, and writing a time adds no element.
new MutationObserver((changes) => {
  const isNew = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches("time") || node.querySelector("time"));
  if (changes.some((change) => [...change.addedNodes].some(isNew))) tellTimes();
}).observe(document.body, { childList: true, subtree: true });
