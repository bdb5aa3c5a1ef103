// The banner of guests: it tells what is left as it gets less, and goes away for this page if it is told to.
const banner = () => document.querySelector("[data-demo]");

function offerToHide() {
  const hide = banner()?.querySelector("[data-demo-hide]");
  if (!hide) return;
  hide.hidden = false;
  hide.addEventListener("click", () => {
    banner().remove();
    document.querySelector("#main")?.focus({ preventScroll: true });
  });
}

document.addEventListener("padawan:event", async ({ detail }) => {
  const shown = banner();
  if (detail.type !== "demo" || !shown) return;
  await window.htmx.ajax("GET", shown.dataset.url, { source: shown, target: shown, swap: "outerHTML" });
  offerToHide();
});

offerToHide();
