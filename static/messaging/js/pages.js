// Where the pages of messages are. The server writes one address with the place of the UUID marked by zeros.

export function pageOf(uuid) {
  const { messagePage } = document.querySelector("[data-stream]").dataset;
  return messagePage.replace("00000000-0000-0000-0000-000000000000", uuid);
}
