"""Knowledge in a bucket: the real client against a server that speaks as much of the protocol as is used."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from npcs.actions.knowledge import add_knowledge_file, remove_file, retry_file
from npcs.models import KnowledgeFile
from padawanforge import storage
from padawanforge.kit.work import WorkState
from tests.factories.npcs import NpcFactory
from tests.serving import serving

pytestmark = pytest.mark.django_db
NOTES = b"# Comets\n\nA comet is a body of ice and dust.\n"
NOT_FOUND = b"<Error><Code>NoSuchKey</Code><Message>There is no such key.</Message></Error>"


class _Bucket(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects = {}
        self.signatures = set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            data = _without_chunks(data)
        self.server.objects[self._key()] = data
        self._answer(200)

    def do_GET(self):
        data = self.server.objects.get(self._key())
        self._answer(404, NOT_FOUND) if data is None else self._answer(200, data)

    def do_HEAD(self):
        self.do_GET()

    def do_DELETE(self):
        self.server.objects.pop(self._key(), None)
        self._answer(204)

    def _key(self):
        self.server.signatures.add(self.headers.get("Authorization", "")[:16])
        return unquote(urlsplit(self.path).path)

    def _answer(self, status, data=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(data)

    def log_message(self, *args):
        pass


def _without_chunks(data):
    found = b""
    while data:
        size, _, rest = data.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        found, data = found + rest[:length], rest[length + 2 :]
    return found


@pytest.fixture
def bucket(settings, monkeypatch):
    server = _Bucket()
    for name, value in {
        "STORAGE": "s3",
        "S3_BUCKET": "forge",
        "S3_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "S3_REGION": "eu-1",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": storage.chosen()}
    with serving(server):
        yield server


def test_a_file_lies_in_the_bucket_is_read_from_it_and_leaves_it(bucket, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = add_knowledge_file(npc=NpcFactory(), name="comets.md", content=NOTES, player=None)
    assert bucket.objects == {f"/forge/knowledge/{file.uuid.hex}": NOTES}
    assert KnowledgeFile.objects.get().state == WorkState.DONE

    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=file)
    assert bucket.objects == {}
    assert bucket.signatures == {"AWS4-HMAC-SHA256"}


def test_a_file_that_is_gone_from_the_bucket_fails_with_advice(bucket, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = add_knowledge_file(npc=NpcFactory(), name="comets.md", content=NOTES, player=None)
    bucket.objects.clear()

    with django_capture_on_commit_callbacks(execute=True):
        retry_file(file=file)

    file.refresh_from_db()
    assert (file.state, "upload it again" in file.last_error) == (WorkState.FAILED, True)


def test_a_bucket_without_a_name_stops_the_start(monkeypatch):
    monkeypatch.setenv("STORAGE", "s3")
    monkeypatch.delenv("S3_BUCKET", raising=False)

    with pytest.raises(ImproperlyConfigured, match="S3_BUCKET"):
        storage.chosen()


def test_without_a_word_files_lie_in_a_folder(monkeypatch):
    monkeypatch.delenv("STORAGE", raising=False)

    assert storage.chosen() == storage.LOCAL
