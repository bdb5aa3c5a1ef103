// What changes for oneself in an open room: the rules that wait to be accepted, and one's own role.

const dialog = document.getElementById("rules-dialog");

async function showRules() {
  if (!dialog || dialog.open) return;
  await window.htmx.ajax("GET", dialog.dataset.url, { source: dialog, target: "#room-rules", swap: "outerHTML" });
  dialog.showModal();
}

document.addEventListener("padawan:refused", ({ detail }) => {
  if (detail.code === "rules") showRules();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-rules-open]")) return;
  event.preventDefault();
  showRules();
});

// The server decides about each deed; this only shows or hides what leads to a refusal.
function knowRole(role) {
  const stream = document.querySelector("[data-stream]");
  stream.toggleAttribute("data-moderates", role !== "member");
  const text = role === "member" ? "You no longer have a role in this room." : `You are ${role.replace("_", "-")} here now.`;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "info" } }));
}

document.addEventListener("padawan:event", ({ detail }) => {
  const me = document.querySelector("[data-stream]")?.dataset.me;
  if (detail.type === "member.role" && detail.data.player.uuid === me) knowRole(detail.data.role);
  if (detail.type === "room.owner" && detail.data.owner === me) knowRole("owner");
});
