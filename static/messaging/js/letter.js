// What a direct message carries besides its words: shown above them, and chosen under the composer.

const PRIORITIES = ["urgent", "high", "low"];

export function fillLetter(node, { subject, priority, expires_at: expiresAt, is_deleted: isDeleted }) {
  const line = node.querySelector("[data-slot=letter]");
  if (!line) return;
  line.hidden = Boolean(isDeleted) || !(subject || priority || expiresAt);
  for (const name of PRIORITIES) line.querySelector(`[data-letter=${name}]`).hidden = priority !== name;
  line.querySelector("[data-letter=subject]").textContent = subject ?? "";
  const end = line.querySelector("[data-letter=end]");
  end.hidden = !expiresAt;
  if (!expiresAt) return;
  const time = end.querySelector("time");
  time.dateTime = expiresAt;
  time.textContent = new Date(expiresAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

// What was chosen for the next message; the fields are as before afterwards.
export function takeLetter(form) {
  const chosen = {};
  for (const field of form.querySelectorAll("[data-extra]")) {
    if (field.value) chosen[field.name] = field.name === "lasts" ? Number(field.value) : field.value;
    if (field.tagName === "SELECT") field.selectedIndex = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    else field.value = "";
  }
  const fold = form.querySelector("[data-letter]");
  if (fold) fold.open = false;
  return chosen;
}
