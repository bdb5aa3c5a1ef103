// The parts of a room beside its stream: who is there, and calling a character.

const room = document.querySelector(".room[data-people-url]");
const PEOPLE_DELAY_MS = 400;
let timer = 0;

function refreshPeople() {
  clearTimeout(timer);
  // A class that comes in at once shall not ask for the list thirty times.
  timer = setTimeout(() => {
    window.htmx.ajax("GET", room.dataset.peopleUrl, { target: "#people-list", swap: "outerHTML" });
  }, PEOPLE_DELAY_MS);
}

function call(name) {
  const text = document.getElementById("composer-text");
  if (!text) return;
  const gap = text.value && !text.value.endsWith(" ") ? " " : "";
  text.value += `${gap}@${name} `;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector('[data-show-view="chat"]')?.click();
  text.focus();
}

document.addEventListener("padawan:event", ({ detail }) => {
  if (detail.type === "presence" || detail.type.startsWith("member.") || detail.type === "people") refreshPeople();
});
room.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mention]");
  if (button) call(button.dataset.mention);
});
