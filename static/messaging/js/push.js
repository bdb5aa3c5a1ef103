// Lets this browser be woken, or no longer. Needs a secure page; says so where there is none.

const panel = document.querySelector("[data-push]");
const button = panel.querySelector("[data-push-switch]");
const status = panel.querySelector("[data-push-status]");
const LINES = {
  on: "This browser is woken for the kinds that you have chosen.",
  off: "This browser is not woken.",
  denied: "This browser refuses. Allow notifications for this site in its settings, then load the page again.",
  missing: "This browser can't be woken. It takes a secure address (https) and a browser that knows push.",
  failed: "That did not work. Try it again.",
};

function show(state) {
  status.textContent = LINES[state];
  button.hidden = !["on", "off", "failed"].includes(state);
  button.textContent = state === "on" ? "Switch off here" : "Switch on here";
  button.setAttribute("aria-pressed", String(state === "on"));
}

function bytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

async function tell(url, subscription) {
  const headers = { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(subscription) });
  if (!answer.ok) throw new Error(`The server answered with ${answer.status}.`);
}

function isOurs(subscription) {
  const key = new Uint8Array(subscription.options.applicationServerKey ?? []);
  return String(key) === String(bytes(panel.dataset.key));
}

async function switchOn(registration) {
  const before = await registration.pushManager.getSubscription();
  // Subscribed when the server had another key: nothing would arrive.
  if (before && !isOurs(before)) await before.unsubscribe();
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(panel.dataset.key),
  });
  await tell(panel.dataset.onUrl, subscription);
  show("on");
}

async function switchOff(subscription) {
  await tell(panel.dataset.offUrl, subscription);
  await subscription.unsubscribe();
  show("off");
}

async function begin() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return show("missing");
  if (Notification.permission === "denied") return show("denied");
  const registration = await navigator.serviceWorker.register(panel.dataset.worker, { scope: "/" });
  const now = await registration.pushManager.getSubscription();
  show(now && isOurs(now) ? "on" : "off");
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await navigator.serviceWorker.ready;
      const subscription = await registration.pushManager.getSubscription();
      if (button.getAttribute("aria-pressed") === "true" && subscription) await switchOff(subscription);
      else await switchOn(registration);
    } catch {
      show(Notification.permission === "denied" ? "denied" : "failed");
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

begin().catch(() => show("missing"));
