// One box for all the rows of a page.

for (const form of document.querySelectorAll("[data-selection]")) {
  const all = form.querySelector("[data-select-all]");
  const rows = [...form.querySelectorAll('input[name="statements"]')];
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const row of rows) row.checked = all.checked;
  });
  form.addEventListener("change", () => {
    const chosen = rows.filter((row) => row.checked).length;
    all.checked = chosen === rows.length;
    all.indeterminate = chosen > 0 && chosen < rows.length;
  });
}
