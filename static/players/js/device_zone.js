// The clock of the device says where the day begins; without this script the choice stays open.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const field of document.querySelectorAll("[data-device-zone]")) {
  if (zone && !field.value) field.value = zone;
}
