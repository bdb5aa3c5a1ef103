// How many notifications wait: the server tells it to every page that has a socket; others learn it when they load.

const bell = document.querySelector("[data-bell]");
const count = bell?.querySelector("[data-bell-count]");

function show(unread) {
  count.hidden = unread === 0;
  count.textContent = unread > 99 ? "99+" : String(unread);
  bell.setAttribute("aria-label", unread ? `Notifications, ${unread} new` : "Notifications");
}

// What an answer to htmx says of itself.
document.addEventListener("notification", ({ detail }) => bell && show(detail.unread));
document.addEventListener("padawan:event", ({ detail }) => {
  if (bell && detail.type === "notification") show(detail.data.unread);
});
