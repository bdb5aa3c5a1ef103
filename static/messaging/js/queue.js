// The queue of reports by keyboard: j and k move, the other keys press what they stand for.

const cases = [...document.querySelectorAll("[data-case]")];
let at = -1;

function go(to) {
  at = Math.max(0, Math.min(cases.length - 1, to));
  cases[at]?.focus();
  cases[at]?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  at = Math.max(at, cases.findIndex((known) => known.contains(document.activeElement)));
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else cases[at]?.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
