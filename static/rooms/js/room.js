// The parts of a room beside its stream: who is there, and calling a character.

import { People } from "./people.js";

const room = document.querySelector(".room[data-people-url]");
const people = new People(room);

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

document.addEventListener("padawan:event", ({ detail }) => {
  people.hear(detail);
  if (detail.type === "room.updated") show(detail.data);
  if (detail.type === "room.archived") {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "This room was closed.", level: "warning" } }));
  }
});
room.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mention]");
  if (button) call(button.dataset.mention);
});
