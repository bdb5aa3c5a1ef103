// How many notifications wait: the server tells it to every page that has a socket; others ask once a minute, while
// somebody looks at them.

const ASK_MS = 60_000;
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
  const isOwn = detail.type === "notification.unread" || detail.type === "self";
  if (bell && isOwn) show(detail.data.unread);
});

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(bell.dataset.countUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const told = await answer.json();
    show(told.unread);
    document.dispatchEvent(new CustomEvent("padawan:announced", { detail: told.announced }));
  } catch {
    // Without a connection the number stays as it is.
  }
}

if (bell && !document.querySelector("[data-connection]")) {
  setInterval(ask, ASK_MS);
  document.addEventListener("visibilitychange", ask);
}
