// The steps in which a character is made: answers with 422 are fragments to show, and nobody leaves unsaved text by mistake.

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422 && event.detail.target.id === "rehearsal") {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// What was said is on its way; the field is free for the next sentence.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig.path.endsWith("/try/")) {
    document.querySelector("#said").value = "";
  }
});

// On a narrow page the steps are wider than the screen.
const here = document.querySelector(".making-steps [aria-current]");
if (here) {
  const row = here.closest(".making-steps");
  row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - here.offsetWidth) / 2;
}

// A form that came back from the server, refused or with a copied text, is not saved either.
let isChanged = Boolean(document.querySelector("[data-making][data-unsaved]"));
document.addEventListener("input", (event) => {
  if (event.target.closest("[data-making]")) isChanged = true;
});
document.addEventListener("submit", () => {
  isChanged = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
