"""Asking the notes of a character: on its page, and by a program that looks after them."""

import base64

import pytest

from npcs.actions.knowledge import add_knowledge_file
from npcs.models import KnowledgeFile, KnowledgeItem
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.npcs.documents import docx_of, paragraph
from tests.npcs.notes import NOTES, url

pytestmark = pytest.mark.django_db
ASK_QUERIES = 9


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_asking_shows_what_is_found_and_why(client, npc, master, commit):
    with commit():
        add_knowledge_file(npc=npc, name="comets.md", content=NOTES, player=None)

    page = client.get(url("notes-ask", npc), {"q": "What is a comet?"}).content.decode()

    assert "<mark>comet</mark>" in page
    assert "rank 1 (comet)" in page
    assert KnowledgeItem.objects.get().get_absolute_url() in page


def test_a_text_of_strangers_is_shown_as_text(client, npc, master):
    KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc), text="Comet <script>steal()</script> tail.")

    page = client.get(url("notes-ask", npc), {"q": "comet"}).content.decode()

    assert "&lt;script&gt;" in page
    assert "<script>steal" not in page


def test_a_question_to_one_file_is_answered_from_it(client, npc, master):
    one, other = KnowledgeFileFactory.create_batch(2, npc=npc)
    for file in (one, other):
        KnowledgeItemFactory(file=file, heading=file.file_name)

    answer = client.get(url("notes-ask", npc), {"q": "moon", "file": str(one.uuid)}).context["answer"]

    assert [find.passage.file_id for find in answer.finds] == [one.pk]


def test_only_files_with_passages_are_offered_to_ask(client, npc, master):
    read = KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc)).file
    failed = KnowledgeFileFactory(npc=npc, state="failed")

    page = client.get(url("notes-ask", npc)).content.decode()

    assert str(read.uuid) in page
    assert str(failed.uuid) not in page


@pytest.mark.parametrize("query", [{"q": ""}, {"q": "x" * 501}, {"q": "moon", "file": "nonsense"}])
def test_a_question_that_is_none_is_told_so(client, npc, master, query):
    assert client.get(url("notes-ask", npc), query).status_code == 422


def test_nothing_found_says_what_to_do(client, npc, master):
    assert "Add a file" in client.get(url("notes-ask", npc), {"q": "moon"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_asking_costs_the_same_however_much_is_found(client, npc, master, django_assert_num_queries, count):
    KnowledgeItemFactory.create_batch(count, file=KnowledgeFileFactory(npc=npc))
    client.get(url("notes-ask", npc), {"q": "moon"})

    with django_assert_num_queries(ASK_QUERIES):
        response = client.get(url("notes-ask", npc), {"q": "moon"})

    assert len(response.context["answer"].finds) == count


# --- Programs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def program():
    ApiTokenFactory(player=GameMasterFactory(), secret="pf_master", scopes=["characters:write"])
    return {**bearer("pf_master"), "content_type": "application/json"}


BASE = "/api/v1/characters/vega"


def test_a_program_adds_reads_asks_replaces_and_deletes(client, npc, program, commit):
    with commit():
        added = client.post(f"{BASE}/notes", {"name": "comets.md", "text": NOTES.decode()}, **program)
    uuid = added.json()["uuid"]
    detail = client.get(f"{BASE}/notes/{uuid}", **program).json()
    found = client.get(f"{BASE}/notes/search?q=comet", **program).json()["found"]
    passages = client.get(f"{BASE}/passages", **program).json()["passages"]
    document = base64.b64encode(docx_of(paragraph("Bees dance."))).decode()
    with commit():
        client.put(f"{BASE}/notes/{uuid}", {"name": "bees.docx", "base64": document}, **program)
    listed = client.get(f"{BASE}/notes", **program).json()["notes"]
    gone = client.delete(f"{BASE}/notes/{listed[0]['uuid']}", **program).status_code

    assert (added.status_code, detail["state"], detail["about"]["kind"]) == (201, "done", "markdown")
    assert [find["lexical_rank"] for find in found] == [1]
    assert passages[0]["end"] == len(passages[0]["text"])
    assert [note["name"] for note in listed] == ["bees.docx"]
    assert (gone, KnowledgeFile.objects.count(), KnowledgeItem.objects.count()) == (204, 0, 0)


@pytest.mark.parametrize(
    "document",
    [{"name": "a.exe", "text": "x"}, {"name": "a.docx", "base64": "%%%"}, {"name": "a.md", "text": ""}],
)
def test_a_document_of_a_program_that_is_none_is_refused(client, npc, program, document):
    response = client.post(f"{BASE}/notes", document, **program)

    assert response.status_code == 409
    assert response.json()["detail"]


def test_a_program_of_somebody_else_is_refused(client, npc):
    ApiTokenFactory(player=PlayerFactory(), secret="pf_other", scopes=["characters:write"])

    assert client.get(f"{BASE}/notes", **bearer("pf_other")).status_code == 403
