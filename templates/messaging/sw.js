{% load static %}// Wakes for news and opens the page that it leads to. It keeps no pages and answers no requests.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title = "PadawanForge", body = "There is news for you.", url = "/notifications/", tag = "news" } = read(event);
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url }, icon: "{% static 'padawanforge/img/favicon.svg' %}" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

function read(event) {
  try {
    return event.data.json();
  } catch {
    return {};
  }
}

async function open(address) {
  const url = new URL(address, self.location.origin);
  // Only pages of ours.
  if (url.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const known = pages.find((page) => page.url === url.href);
  await (known ? known.focus() : self.clients.openWindow(url.href));
}
