// A file on its way to the server: in pieces that go on after a break. The server's side is padawanforge.kit.pieces.

const WAIT_MS = [1_000, 2_000, 4_000, 8_000];

// Asks with the token of a form. A refusal is an error with its sentence; `isPassing` says that it may go by itself.
export function asker(token) {
  return async (method, url, body, headers = {}) => {
    let answer;
    try {
      answer = await fetch(url, { method, body, headers: { "X-CSRFToken": token, ...headers } });
    } catch {
      throw Object.assign(new Error("There is no connection."), { isPassing: true });
    }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const isPassing = answer.status >= 500 || answer.status === 429;
    throw Object.assign(new Error(told.detail ?? "The file could not be sent."), { isPassing, offset: told.offset });
  };
}

// Sends from `file.offset` on, as long as `goesOn` says so. `know` hears how far the server is, and sets the offset;
// `wait` is asked for some patience when there is no network, or the server starts anew.
export async function sendPieces(file, { ask, address, piece, goesOn, know, wait }) {
  let tries = 0;
  while (goesOn()) {
    const bytes = file.blob.slice(file.offset, file.offset + piece);
    try {
      know(await ask("PATCH", address, bytes, { "Upload-Offset": String(file.offset) }));
      tries = 0;
    } catch (refused) {
      if (refused.offset !== undefined && refused.offset !== file.offset) {
        file.offset = refused.offset;
      } else if (refused.isPassing) {
        await wait(WAIT_MS[Math.min(tries++, WAIT_MS.length - 1)]);
        const where = await ask("GET", address).catch(() => null);
        if (where) know(where);
      } else {
        throw refused;
      }
    }
  }
}
