// The number beside "Rooms" in the header: how much one has not read yet. Asked for, so that no page waits for it.

const EVERY_MS = 60_000;
const badge = document.querySelector("[data-unread-url]");

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(badge.dataset.unreadUrl, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const { shown } = await answer.json();
    badge.hidden = !shown;
    badge.querySelector("span").textContent = shown;
  } catch {
    // The next time.
  }
}

if (badge) {
  refresh();
  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
}
