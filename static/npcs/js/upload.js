// The upload form of a character: files may be dropped on it, and it shows how far the upload is.
// The form is replaced by each answer, so everything listens on the document.

const form = (event) => event.target.closest?.("[data-upload]");

// An answer with 422 is the form with its errors and belongs into the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422 && event.detail.target.matches("[data-upload], #knowledge")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("change", (event) => {
  const chosen = form(event);
  if (chosen && event.target.type === "file") showNames(chosen, event.target.files);
});

// The input covers the whole field, so the browser does the dropping; only the look is ours.
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const isOver = kind === "dragenter" || kind === "dragover";
    event.target.closest?.("[data-drop]")?.classList.toggle("is-over", isOver);
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const progress = form(event)?.querySelector("[data-progress]");
  if (!progress || !event.detail.lengthComputable) return;
  progress.hidden = false;
  progress.value = (100 * event.detail.loaded) / event.detail.total;
});

document.addEventListener("htmx:sendError", (event) => {
  const failed = form(event);
  if (!failed) return;
  event.stopPropagation();
  failed.querySelector("[data-progress]").hidden = true;
  failed.querySelector("[data-chosen]").textContent = "The upload broke off. Nothing was lost: send it again.";
});

function showNames(upload, files) {
  const names = [...files].map((file) => file.name);
  const shown = upload.querySelector("[data-chosen]");
  shown.dataset.chosen ||= shown.textContent;
  shown.textContent = names.join(", ") || shown.dataset.chosen;
}
