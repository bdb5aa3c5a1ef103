// The parts of a room beside its stream: who is there, and calling a character.

const room = document.querySelector(".room[data-people-url]");
const PEOPLE_DELAY_MS = 400;
let timer = 0;

function refreshPeople() {
  clearTimeout(timer);
  // A class that comes in at once shall not ask for the list thirty times.
  timer = setTimeout(() => {
    window.htmx.ajax("GET", room.dataset.peopleUrl, { source: room, target: "#people-list", swap: "outerHTML" });
  }, PEOPLE_DELAY_MS);
}

// Puts the name where one is writing, with a blank on both sides.
function call(name) {
  const text = document.getElementById("composer-text");
  if (!text || text.disabled) return;
  const before = text.value.slice(0, text.selectionStart);
  const after = text.value.slice(text.selectionEnd);
  const mention = `${/\S$/.test(before) ? " " : ""}@${name}${/^\s/.test(after) ? "" : " "}`;
  text.setRangeText(mention, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector('[data-show-view="chat"]')?.click();
  text.focus();
}

// What managers have changed just now; the rest of it shows when the page is opened again.
function show({ name, description, theme }) {
  room.dataset.roomTheme = theme;
  room.querySelector(".room__name").textContent = name;
  room.querySelector(".room__topic").textContent = description;
}

const ofPeople = (type) => type === "presence" || type === "people" || type === "room.owner" || type.startsWith("member.");

// In a crowd only the number is told.
function isNumberOnly({ type, data }) {
  return type === "presence" && data.present !== undefined;
}

document.addEventListener("padawan:event", ({ detail }) => {
  if (isNumberOnly(detail)) document.getElementById("people-count").textContent = `${detail.data.present} here`;
  else if (ofPeople(detail.type)) refreshPeople();
  if (detail.type === "room.updated") show(detail.data);
  if (detail.type === "room.archived") {
    const text = "This room was closed. Nobody can write in it any more.";
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "warning" } }));
  }
});
room.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mention]");
  if (button) call(button.dataset.mention);
});
