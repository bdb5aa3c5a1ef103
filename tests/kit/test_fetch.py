"""Against a true server on this machine, which is exactly where nobody's address may lead."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from padawanforge.kit.fetch import FetchRefused, fetch

BODY = b"x" * 1000


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("location", "/file")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/nothing" else 200)
        self.send_header("content-length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args):
        """Tests print nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def test_a_trusted_server_is_asked_wherever_it_lives(server):
    assert fetch(f"{server.address}/file", trusted=[server.address]) == BODY


@pytest.mark.parametrize("path", ["/nothing", "/elsewhere"])
def test_only_the_file_itself_is_taken(server, path):
    with pytest.raises(FetchRefused):
        fetch(f"{server.address}{path}", trusted=[server.address])

    assert server.asked == [path]


def test_large_files_are_refused(server):
    with pytest.raises(FetchRefused):
        fetch(f"{server.address}/file", trusted=[server.address], max_bytes=999)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_our_own_network_is_never_asked(server, host):
    with pytest.raises(FetchRefused):
        fetch(f"https://{host}:{server.server_port}/file")

    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "http://example.org/a", "https://", "https://a:b@example.org/", "https://[/"],
)
def test_other_addresses_are_refused(url):
    with pytest.raises(FetchRefused):
        fetch(url)


def test_a_server_that_is_trusted_does_not_make_its_neighbour_trusted(server):
    with pytest.raises(FetchRefused):
        fetch(f"{server.address}/file", trusted=[f"{server.address}1", "http://127.0.0.1"])

    assert server.asked == []
