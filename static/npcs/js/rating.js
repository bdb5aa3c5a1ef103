// Thumbs under what characters say: sent without leaving the page. Works for messages that come later, too.

const toast = (text, level) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));

async function rate(form, button) {
  const uuid = form.closest("[data-uuid]")?.dataset.uuid;
  if (!uuid) return;
  const wasPressed = button.getAttribute("aria-pressed") === "true";
  const body = new FormData();
  if (!wasPressed) body.set("thumb", button.value);
  const token = form.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const response = await fetch(`/characters/~rating/${uuid}/`, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token },
  });
  if (!response.ok) {
    const refusal = await response.json().catch(() => ({}));
    toast(refusal.detail ?? "The rating could not be kept. Try again.", "error");
    return;
  }
  for (const other of form.querySelectorAll("button")) {
    other.setAttribute("aria-pressed", String(other === button && !wasPressed));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-rating]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  rate(form, event.submitter).catch(() => toast("The rating could not be sent. Are you connected?", "error"));
});
