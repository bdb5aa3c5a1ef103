// The chosen theme is seen at once; remembering it is the form's business.

const THEMES = new Set(["light", "dark", "system"]);

export function applyTheme(theme) {
  if (!THEMES.has(theme)) return;
  document.documentElement.dataset.theme = theme;
  markChoices(theme);
}

function markChoices(theme) {
  for (const choice of document.querySelectorAll("button[data-theme-choice]")) {
    choice.setAttribute("aria-pressed", String(choice.value === theme));
  }
}

function onChoice(event) {
  const choice = event.target.closest?.("[data-theme-choice]");
  if (choice) applyTheme(choice.value);
}

document.addEventListener("click", onChoice);
document.addEventListener("change", onChoice);
markChoices(document.documentElement.dataset.theme);
