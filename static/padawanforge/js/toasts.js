// Short notices in the corner. They wait while somebody points at them; errors stay until closed.

const SECONDS = 7;
const region = document.getElementById("toasts");

export function toast(text, level = "info") {
  const template = document.getElementById(`toast-${level}`) ?? document.getElementById("toast-info");
  const node = template.content.firstElementChild.cloneNode(true);
  node.querySelector(".toast__text").textContent = text;
  region.append(node);
  expire(node);
}

function dismiss(node) {
  node.classList.add("is-leaving");
  setTimeout(() => node.remove(), 300);
}

function expire(node) {
  if (node.dataset.toast === "error") return;
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(dismiss, SECONDS * 1000, node);
  };
  const hold = () => clearTimeout(timer);
  node.addEventListener("pointerenter", hold);
  node.addEventListener("focusin", hold);
  node.addEventListener("pointerleave", start);
  node.addEventListener("focusout", start);
  start();
}

region?.addEventListener("click", (event) => {
  const node = event.target.closest("[data-toast-close]")?.closest(".toast");
  if (node) dismiss(node);
});

// Whoever says it better himself stops the event on its way here. What a page only asks for, it asks again.
window.addEventListener("htmx:sendError", ({ detail: { requestConfig } }) => {
  if (requestConfig.verb !== "get") toast("The server does not answer. Try again in a moment.", "warning");
});

document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
region?.querySelectorAll(".toast").forEach(expire);
