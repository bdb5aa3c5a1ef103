// Keys of the review: a letter presses what carries it, unless somebody is writing.

const isWriting = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape" && isWriting(event.target)) {
    event.target.blur();
    return;
  }
  if (isWriting(event.target) || !/^[a-z]$/i.test(event.key)) return;
  const wanted = document.querySelector(`[data-review] [data-key="${event.key.toLowerCase()}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("select, input")) wanted.focus();
  else wanted.click();
});
