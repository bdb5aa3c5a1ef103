// Keys for a practice, and the time as the page saw it. The server measures its own; this one is only compared.

let shownAt = performance.now();
let asked = number();

const KEYS = { t: "true", ArrowLeft: "true", f: "false", ArrowRight: "false", s: "skip" };

function number() {
  return document.querySelector("#practice [name=number]")?.value;
}

function isTyping(target) {
  return target.closest("input:not([type=radio]), textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const mark = document.querySelector(`#practice input[name=confidence][value="${CSS.escape(key)}"]`);
  // Arrows move between radio buttons when one of them has the focus.
  const isOnRadio = event.target.matches("input[type=radio]") && key.startsWith("Arrow");
  const button = !isOnRadio && KEYS[key] && document.querySelector(`#practice [name=verdict][value=${KEYS[key]}]`);
  if (mark) mark.checked = true;
  else if (key === "h" && document.querySelector("#practice [data-hint]")) document.querySelector("#practice [data-hint]").click();
  else if (button) button.click();
  else return;
  event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const time = event.target.querySelector?.("[name=client_ms]");
  if (time) time.value = Math.round(performance.now() - shownAt);
}, true);

document.addEventListener("htmx:configRequest", (event) => {
  if ("client_ms" in event.detail.parameters) event.detail.parameters.client_ms = Math.round(performance.now() - shownAt);
});

document.addEventListener("htmx:afterSwap", () => {
  // A hint doesn't begin the time of its statement anew.
  if (asked === undefined || number() !== asked) shownAt = performance.now();
  asked = number();
  document.querySelector("#practice [data-next]")?.focus();
});
