// The banner of guests goes away for this page; the next one shows it again.
const banner = document.querySelector("[data-demo]");
const hide = banner?.querySelector("[data-demo-hide]");

if (hide) {
  hide.hidden = false;
  hide.addEventListener("click", () => {
    banner.remove();
    document.querySelector("#main")?.focus({ preventScroll: true });
  });
}
