// A button that copies the field beside it; it stays hidden where the browser can't copy.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.querySelector("[data-copy-source]");
  const label = button.querySelector("[data-copy-label]");
  if (!navigator.clipboard || !source) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.value);
      label.textContent = "Copied";
    } catch {
      source.select();
      label.textContent = "Press Ctrl+C to copy";
    }
  });
}
