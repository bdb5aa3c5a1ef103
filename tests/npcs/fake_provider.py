"""A model server on the loopback that speaks the chat-completions protocol, well or badly as it is told.

    with fake_provider("cut") as server:
        provider = AiProviderFactory(api_endpoint=server.url)

`server.requests` holds the bodies that arrived. A mode that ends in "_once" behaves badly at the first
request only; `then` names how the requests after the first are answered, the last of them for ever.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import serving

USAGE = {"prompt_tokens": 40, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8}}
MODELS = ["tiny", "larger"]
WORDS = ["The Moon ", "orbits the Earth ", "in about 27 days [1]."]


class FakeProvider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, modes: list[str], words: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.modes = modes
        self.words = words
        # What the mode "tool" wants done: pairs of a tool's name and its arguments.
        self.calls: list[tuple[str, str]] = []
        self.gets: list[tuple[str, str]] = []
        self.requests: list[dict] = []
        self.headers: list[dict[str, str]] = []
        # Whether a connection waits for another request, and how many there were.
        self.keeps_connections = False
        self.connections = 0
        # Released for each of them that this side has closed.
        self.closed = threading.Semaphore(0)
        self.is_over = threading.Event()
        # Set when a client hangs up while a "stall" still has more to say.
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def process_request(self, request, client_address) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        super().shutdown_request(request)
        self.closed.release()

    def handle_error(self, request, client_address) -> None:
        """Clients that hang up are what some modes are for."""


@contextmanager
def fake_provider(
    mode: str = "ok", *, words: list[str] | None = None, then: list[str] | None = None
) -> Iterator[FakeProvider]:
    server = FakeProvider([mode, *(then or [])], words or WORDS)
    with serving(server):
        try:
            yield server
        finally:
            server.is_over.set()


def chunk(text: str | None = None, *, finish: str | None = None) -> dict:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]
    }  # fmt: skip


def delta(value: dict) -> dict:
    choice = {"index": 0, "delta": value, "finish_reason": None}
    return {**chunk(), "choices": [choice]}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeProvider

    def log_message(self, *args) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        self.close_connection = not self.server.keeps_connections
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(json.loads(body))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.endswith("/embeddings"):
            self.answer_embeddings()
            return
        count = len(self.server.requests)
        mode = self.server.modes[min(count, len(self.server.modes)) - 1]
        if mode.endswith("_once"):
            mode = mode.removesuffix("_once") if count == 1 else "ok"
        getattr(self, f"answer_{mode}")()

    def do_GET(self) -> None:
        """The list of models."""
        self.close_connection = True
        self.server.gets.append((self.path, self.headers.get("X-Key", "")))
        self.plain(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})

    def plain(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_embeddings(self) -> None:
        rows = [
            {"object": "embedding", "index": index, "embedding": [0.6, 0.8]}
            for index, _ in enumerate(self.server.requests[-1]["input"])
        ]
        self.plain(200, {"object": "list", "data": rows, "model": "tiny", "usage": {"prompt_tokens": 3}})

    # --- refusals ----------------------------------------------------------------------------------------

    def refuse(self, status: int, message: str, **headers: str) -> None:
        body = json.dumps({"error": {"message": message}}).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_unauthorised(self) -> None:
        self.refuse(401, "Incorrect API key provided: sk-secret-0123456789")

    def answer_busy(self) -> None:
        self.refuse(429, "Slow down", Retry_After="0")

    def answer_closed(self) -> None:
        self.refuse(429, "Come back in an hour", Retry_After="3600")

    def answer_error(self) -> None:
        self.refuse(500, "Oops", Retry_After="0")

    def answer_no_model(self) -> None:
        self.refuse(404, "The model `tiny` does not exist")

    def answer_no_schema(self) -> None:
        if "response_format" in self.server.requests[-1]:
            self.refuse(400, "response_format is not supported by this model")
        else:
            self.answer_ok()

    def answer_no_tools(self) -> None:
        if "tools" in self.server.requests[-1]:
            self.refuse(400, "this model has no tools")
        else:
            self.answer_ok()

    def answer_picky(self) -> None:
        request = self.server.requests[-1]
        if "max_tokens" in request:
            self.refuse(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        else:
            self.answer_ok()

    def answer_redirect(self) -> None:
        self.refuse(307, "Elsewhere", Location="http://169.254.169.254/latest/meta-data/")

    # --- streams -----------------------------------------------------------------------------------------

    def begin(self, content_type: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def write(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, value: object) -> None:
        self.write(f"data: {json.dumps(value)}\n\n")

    def end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def speak(self, *, finish: str | None) -> None:
        self.begin()
        for word in self.server.words:
            self.event(chunk(word))
        if finish:
            self.event(chunk(finish=finish))

    def answer_ok(self) -> None:
        self.speak(finish="stop")
        self.event({**chunk(), "choices": [], "usage": USAGE})
        self.write("data: [DONE]\n\n")
        self.end()

    def answer_uncounted(self) -> None:
        self.speak(finish="stop")
        self.write("data: [DONE]\n\n")
        self.end()

    def answer_json(self) -> None:
        """Not quite what was asked for."""
        self.server.words = ['{"name": "Mars", "moons": -1}']
        self.answer_ok()

    def answer_mended(self) -> None:
        self.server.words = ['{"name": "Mars", "moons": 2}']
        self.answer_ok()

    def answer_parrot(self) -> None:
        self.begin()
        self.event(chunk("The Moon orbits the Earth. "))
        for _ in range(2000):
            self.event(chunk("I like comets. "))
        self.event(chunk(finish="stop"))
        self.end()

    def answer_tool(self) -> None:
        """Wants the next tool; without any left it speaks."""
        if not self.server.calls:
            self.answer_ok()
            return
        name, arguments = self.server.calls.pop(0)
        self.begin()
        number = len(self.server.requests)
        head = {"index": 0, "id": f"call-{number}", "type": "function"}
        self.event(delta({"tool_calls": [{**head, "function": {"name": name, "arguments": ""}}]}))
        for start in range(0, len(arguments), 4000):
            piece = {"index": 0, "function": {"arguments": arguments[start : start + 4000]}}
            self.event(delta({"tool_calls": [piece]}))
        self.event(chunk(finish="tool_calls"))
        self.event({**chunk(), "choices": [], "usage": USAGE})
        self.write("data: [DONE]\n\n")
        self.end()

    def answer_open_end(self) -> None:
        """Says that this was all, and leaves its stream open."""
        self.speak(finish="stop")
        self.write("data: [DONE]\n\n")
        self.server.is_over.wait(30)

    def answer_wrapped(self) -> None:
        """As other servers write it: other ends of lines, comments, no space, and characters that look like an end."""
        self.begin()
        data = json.dumps(chunk("One\u2028line"), ensure_ascii=False)
        self.write(f": hello\r\n\r\nevent: message\r\ndata:{data}\r\n\r\n")
        end = json.dumps(chunk(finish="stop"))
        self.write(f"data: {end[:20]}")
        self.write(f"{end[20:]}\n\ndata: [DONE]\n\n")
        self.end()

    def answer_length(self) -> None:
        self.speak(finish="length")
        self.end()

    def answer_unfinished(self) -> None:
        self.speak(finish=None)
        self.end()

    def answer_cut(self) -> None:
        self.speak(finish=None)

    def answer_hang(self) -> None:
        self.server.is_over.wait(30)

    def answer_stall(self) -> None:
        self.speak(finish=None)
        self.connection.settimeout(0.05)
        while not self.server.is_over.is_set():
            with suppress(TimeoutError):
                # Nothing more is sent by a client that listens: an end or a fault is a client that has gone.
                self.connection.recv(1)
                self.server.hung_up.set()
                return

    def answer_drip(self) -> None:
        self.begin()
        while not self.server.is_over.wait(0.05):
            self.write(": still here\n\n")

    def answer_broken_json(self) -> None:
        self.begin()
        self.write('data: {"choices": [{"delta"\n\n')
        self.end()

    def answer_error_event(self) -> None:
        self.begin()
        self.event({"error": {"message": "out of memory, key sk-secret-0123456789"}})
        self.end()

    def answer_words(self) -> None:
        self.begin()
        self.event("not an object")
        self.event([1, 2])
        self.event({"choices": "none"})
        self.end()

    def answer_endless_event(self) -> None:
        """One event in ever more lines."""
        self.begin()
        while not self.server.is_over.is_set():
            self.write("data: 1\n" * 10_000)

    def answer_deep_event(self) -> None:
        self.begin()
        self.write(f"data: {'[' * 100_000}\n\n")
        self.end()

    def answer_no_choices(self) -> None:
        self.begin()
        self.event({**chunk(), "choices": []})
        self.write("data: [DONE]\n\n")
        self.end()

    def answer_silent(self) -> None:
        self.begin()
        self.event(chunk(None, finish="stop"))
        self.end()

    def answer_html(self) -> None:
        self.begin("text/html")
        self.write("<!doctype html><title>Sign in to the hotel's network</title>")
        self.end()
