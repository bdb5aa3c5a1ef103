// What is announced while a page is open. Everybody hears of it in the same moment and must not ask in the same one.

const SPREAD_MS = 3000;
let timer = 0;

document.addEventListener("padawan:event", ({ detail }) => {
  if (detail.type !== "announcement") return;
  const region = document.getElementById("announcements");
  clearTimeout(timer);
  timer = setTimeout(
    () => window.htmx.ajax("GET", region.dataset.url, { source: region, target: "#announcements", swap: "innerHTML" }),
    Math.random() * SPREAD_MS,
  );
});
