"""Vectors of another model, of a model server, or of none; made later where they are missing."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from npcs.actions.embedding import give_up_embedding, mark_stale_vectors, retry_embedding
from npcs.actions.knowledge import add_knowledge_file
from npcs.builtin import embedder
from npcs.models import KnowledgeDatum, KnowledgeItem, Npc
from npcs.queries import index_for
from padawanforge.kit.work import WorkState, requeue_abandoned
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.serving import serving

pytestmark = pytest.mark.django_db
NOTES = b"# Comets\n\nA comet is a body of ice and dust.\n\n# Bees\n\nBees dance for each other.\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = "ok"
        self.asked = []
        # How many tokens it says that it has read; None: it says nothing.
        self.tokens = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        status, body = 200, {"object": "list", "model": asked["model"], "data": self._rows(asked["input"])}
        if self.server.tokens is not None:
            body["usage"] = {"prompt_tokens": self.server.tokens, "total_tokens": self.server.tokens}
        if self.server.mode == "down":
            status, body = 503, {"error": {"message": "busy"}}
        if self.server.mode == "short":
            body["data"] = body["data"][1:]
        if self.server.mode == "junk":
            body["data"] = [{**row, "embedding": ["x"]} for row in body["data"]]
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _rows(self, texts):
        """Two dimensions: about comets, about bees."""
        return [
            {
                "object": "embedding",
                "index": i,
                "embedding": [float("comet" in t.lower()) or 0.1, float("bee" in t.lower())],
            }
            for i, t in enumerate(texts)
        ]

    def log_message(self, *args):
        pass


@pytest.fixture
def server(settings):
    server = _Server()
    AiProviderFactory(name="vectors", api_endpoint=server.url, is_default=True)
    settings.EMBEDDINGS, settings.EMBEDDINGS_MODEL = "provider", "tiny-embed"
    with serving(server):
        yield server


def added(npc, commit):
    with commit():
        file = add_knowledge_file(npc=npc, name="a.md", content=NOTES, player=None)
    file.refresh_from_db()
    return file, KnowledgeDatum.objects.get(file=file, content_type="embeddings")


def test_a_model_server_makes_the_vectors_and_those_of_the_question(server, commit):
    npc = NpcFactory()

    file, datum = added(npc, commit)

    assert (file.state, datum.state, datum.engine) == ("done", "done", "vectors/tiny-embed")
    assert set(KnowledgeItem.objects.values_list("embedding_model", flat=True)) == {"vectors/tiny-embed"}
    assert [entry["model"] for entry in server.asked] == ["tiny-embed"]
    hit = index_for(npc).search("honeybee")[0]
    assert index_for(npc).passages[hit.id].heading == "Bees"
    assert hit.cosine > 0.9


@pytest.mark.parametrize("mode", ["down", "short", "junk"])
def test_without_its_model_server_a_file_is_found_by_words_and_waits_for_vectors(server, commit, mode):
    server.mode = mode
    npc = NpcFactory()

    file, datum = added(npc, commit)

    assert (file.state, datum.state, datum.confidence_score) == ("done", "waiting", 0.0)
    assert "not there" in datum.last_error
    index = index_for(npc)
    assert [index.passages[hit.id].heading for hit in index.search("bees dance")] == ["Bees"]


def test_what_waits_for_vectors_gets_them_when_the_server_is_back(server, commit):
    server.mode = "down"
    npc = NpcFactory()
    _, datum = added(npc, commit)
    before = Npc.objects.get(pk=npc.pk).knowledge_version
    server.mode = "ok"
    KnowledgeDatum.objects.update(queued_at=datum.created_at.replace(year=2020))

    with commit():
        requeue_abandoned()

    datum.refresh_from_db()
    assert (datum.state, datum.last_error, datum.confidence_score) == ("done", "", 1.0)
    assert json.loads(datum.content_data) == {"passages": 2, "embedded": 2}
    assert Npc.objects.get(pk=npc.pk).knowledge_version == before + 1
    assert index_for(npc).search("comet")[0].cosine > 0.9


def test_a_question_is_answered_by_words_while_the_server_is_away(server, commit):
    npc = NpcFactory()
    added(npc, commit)
    server.mode = "down"

    index = index_for(npc)
    found = index.search("bees dance")

    assert [index.passages[hit.id].heading for hit in found] == ["Bees"]
    assert index.is_meaning_missing


def test_another_model_marks_the_files_and_has_them_embedded_anew(server, settings, commit):
    settings.EMBEDDINGS = "minilm"
    npc = NpcFactory()
    _, datum = added(npc, commit)
    assert datum.engine == embedder.MODEL_NAME
    assert mark_stale_vectors() == 0

    settings.EMBEDDINGS = "provider"
    index = index_for(npc)
    assert [hit.cosine for hit in index.search("bees dance")] == [0.0]
    with commit():
        assert mark_stale_vectors() == 1

    datum.refresh_from_db()
    assert (datum.state, datum.engine) == ("done", "vectors/tiny-embed")
    assert index_for(npc).search("bees dance")[0].cosine > 0.9
    assert mark_stale_vectors() == 0


def test_without_a_model_files_are_done_and_marked_when_there_is_one(settings, commit):
    settings.EMBEDDINGS = "off"
    file, datum = added(NpcFactory(), commit)
    assert (file.state, datum.state, datum.engine, datum.confidence_score) == ("done", "done", "", 0.0)
    assert mark_stale_vectors() == 0

    settings.EMBEDDINGS = "minilm"
    with commit():
        assert mark_stale_vectors() == 1

    assert set(KnowledgeItem.objects.values_list("embedding_model", flat=True)) == {embedder.MODEL_NAME}


def test_a_summary_is_made_by_words_where_there_is_no_model(settings, commit):
    settings.EMBEDDINGS = "off"

    file, _ = added(NpcFactory(), commit)

    assert KnowledgeDatum.objects.get(file=file, content_type="summary").engine == "LexRank, by words"


def test_vectors_that_never_come_are_given_up_and_can_be_tried_again(server, commit):
    server.mode = "down"
    _, datum = added(NpcFactory(), commit)
    give_up_embedding(datum)
    datum.refresh_from_db()
    assert datum.state == WorkState.FAILED

    server.mode = "ok"
    with commit():
        assert retry_embedding(datum=datum)

    datum.refresh_from_db()
    assert datum.state == WorkState.DONE
    assert not retry_embedding(datum=datum)
