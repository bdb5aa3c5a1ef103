// Before a conversation exists there is nothing to listen to: its first words are a plain form, sent by Enter as
// everywhere else, and once.

const form = document.querySelector("[data-composer]");
const text = form.querySelector("textarea");
let isSent = false;

text.addEventListener("keydown", (event) => {
  // While an input method composes, Enter chooses a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (text.value.trim()) form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
// Back from the conversation by the browser's button.
window.addEventListener("pageshow", () => {
  isSent = false;
});
text.focus();
