// A training by keys: N for the next statement, 1 to 3 for how sure one is, T, F or P to answer.

const KEYS = { t: "true", f: "false", p: "pass" };
const BUSY = "input:not([type=radio]), textarea, select, [contenteditable], dialog";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(BUSY)) return;
  const key = event.key.toLowerCase();
  const wanted = KEYS[key] ? `[data-verdict="${KEYS[key]}"]` : key === "n" ? "[data-next]" : `[data-sure="${Number(key) || 0}"]`;
  const found = document.querySelector(wanted);
  if (!found) return;
  event.preventDefault();
  found.click();
});
// The next step is the likeliest one: a screen reader begins where something has changed.
document.querySelector("[data-next]")?.focus({ preventScroll: true });
