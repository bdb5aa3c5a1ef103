"""A model server that says a script word by word, as fast as a test lets it, and notes what it was asked.

    with scripted(["One ", "two "], is_paced=True) as server:
        server.let(1)          # the first word goes out
        server.hung_up.wait()  # whoever listened has closed the connection

Without a pace it says everything at once. `server.scripts` maps a word of the system prompt to the words that
are said to it, for rooms in which several characters speak through the same server.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import serving


class Scripted(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, words: Sequence[str], *, is_paced: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.is_over = threading.Event()
        self.begin(words, is_paced=is_paced)

    def begin(self, words: Sequence[str], *, is_paced: bool) -> None:
        """Another script; what was asked and let go before is forgotten."""
        self.words = list(words)
        self.scripts: dict[str, Sequence[str]] = {}
        self.requests: list[dict] = []
        self.said = 0
        self.hung_up = threading.Event()
        self.is_paced = is_paced
        self._steps = threading.Semaphore(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def let(self, words: int) -> None:
        """So many more words may go out."""
        self._steps.release(words)

    def wait_for_step(self) -> bool:
        while not self.is_over.is_set():
            if not self.is_paced or self._steps.acquire(timeout=0.02):
                return True
        return False

    def words_for(self, request: dict) -> Sequence[str]:
        prompt = str(request["messages"][0]["content"])
        return next((words for word, words in self.scripts.items() if word in prompt), self.words)

    def handle_error(self, request, client_address) -> None:
        """Clients that hang up are what some tests are for."""


@contextmanager
def scripted(words: Sequence[str] = ("Well. ",), *, is_paced: bool = False) -> Iterator[Scripted]:
    server = Scripted(words, is_paced=is_paced)
    with serving(server):
        try:
            yield server
        finally:
            server.is_over.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Scripted

    def log_message(self, *args) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        self.close_connection = True
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self._say(self.server.words_for(request))
        except OSError:
            self.server.hung_up.set()

    def _say(self, words: Sequence[str]) -> None:
        for word in words:
            while not self.server.wait_for_step():
                return
            self._event({"delta": {"content": word}, "finish_reason": None})
            self.server.said += 1
        self._event({"delta": {}, "finish_reason": "stop"})
        self._send({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": len(words)}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, choice: dict) -> None:
        self._send({"choices": [{"index": 0, **choice}]})

    def _send(self, data: dict) -> None:
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "tiny", **data}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()
