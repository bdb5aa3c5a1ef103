// What is announced while a page is open. Everybody hears of it in the same moment and must not ask in the same one.

const SPREAD_MS = 3000;
const LOOK_MS = 10_000;
const region = document.getElementById("announcements");
let timer = 0;

function fetchLines() {
  return window.htmx.ajax("GET", region.dataset.url, { source: region, target: "#announcements", swap: "innerHTML" });
}

document.addEventListener("padawan:event", ({ detail }) => {
  if (detail.type !== "announcement") return;
  clearTimeout(timer);
  timer = setTimeout(fetchLines, Math.random() * SPREAD_MS);
});

// A page without a socket hears it from the bell, which asks now and then.
document.addEventListener("padawan:announced", ({ detail }) => {
  const shown = [...region.querySelectorAll("[data-announcement]")].map((line) => line.dataset.announcement);
  if (shown.join() !== detail.join()) fetchLines();
});

// Nobody tells that something is over: the line knows when.
setInterval(() => {
  for (const line of region.querySelectorAll("[data-until]")) {
    if (new Date(line.dataset.until) <= new Date()) line.remove();
  }
}, LOOK_MS);
