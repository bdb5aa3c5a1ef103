// Menus that close, dialogs that open, and the views of a page that has room for one at a time.

const OPEN_MENUS = "details[data-menu][open]";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(OPEN_MENUS)) {
    if (menu !== except) menu.open = false;
  }
}

function onEscape(event) {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest(OPEN_MENUS) ?? document.querySelector(OPEN_MENUS);
  closeMenus();
  menu?.querySelector("summary").focus();
}

export function showView(name, within = document) {
  const holder = within.closest?.("[data-view]") ?? document.querySelector("[data-view]");
  if (!holder) return;
  holder.dataset.view = name;
  for (const button of holder.querySelectorAll("[data-show-view]")) {
    const isShown = button.dataset.showView === name;
    button.setAttribute("aria-pressed", String(isShown));
    if (isShown) delete button.dataset.news;
  }
}

function onClick(event) {
  closeMenus(event.target.closest(OPEN_MENUS));
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
  const view = event.target.closest("[data-show-view]");
  if (view) showView(view.dataset.showView, view);
}

// Of a row of links that is wider than the screen, the one where we are is in sight.
function showWhereWeAre() {
  for (const link of document.querySelectorAll('nav [aria-current="page"]')) {
    const row = link.closest("nav");
    const [outer, inner] = [row.getBoundingClientRect(), link.getBoundingClientRect()];
    row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
}

showWhereWeAre();
document.addEventListener("click", onClick);
document.addEventListener("keydown", onEscape);
