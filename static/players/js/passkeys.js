// allauth's scripts talk with the key; here they are told which button and field of the page to use, and
// people hear of it when it doesn't work out.
const FORMS = { add: "addForm", login: "loginForm", authenticate: "authenticateForm" };
const FAULTS = {
  InvalidStateError: "This device already holds a passkey for your account.",
  NotAllowedError: "Nothing was confirmed. Try again, and answer your device's question in time.",
  TypeError: "The forge could not be reached. Try again.",
  SecurityError: "Passkeys work on the site's own address only, over https.",
};

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const text = FAULTS[event.detail?.exception?.name] ?? "This device or browser could not use a passkey.";
  document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text, level: "error" } }));
});

for (const place of document.querySelectorAll("[data-passkey]")) {
  const { passkey, button, credential, passwordless } = place.dataset;
  const ids = { [passkey]: button, credential, passwordless };
  if (passkey !== "login") ids.data = "js_data";
  window.allauth.webauthn.forms[FORMS[passkey]]({ ids });
  // Until here a click would have done nothing, so the page came with the button switched off.
  document.getElementById(button).disabled = false;
}
