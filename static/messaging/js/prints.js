// By what a file is known again that is chosen anew after the page was loaded anew: its upload goes on then.

const KEY = "padawan:uploads";
// So many files of one player wait at most.
const MOST = 20;

export function printOf({ name, size, lastModified }) {
  return [name, size, lastModified].join("|");
}

export function keepPrint(uuid, blob) {
  const others = Object.entries(prints()).filter(([other]) => other !== uuid);
  keep([...others, [uuid, printOf(blob)]].slice(-MOST));
}

export function forgetPrint(uuid) {
  keep(Object.entries(prints()).filter(([other]) => other !== uuid));
}

export function keptPrint(uuid) {
  return prints()[uuid];
}

function prints() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    // Without a storage files begin anew.
    return {};
  }
}

function keep(pairs) {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(pairs)));
  } catch {
    // The same.
  }
}
