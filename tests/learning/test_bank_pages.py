"""The pages of the bank: the list, writing, files and pools."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from learning.models import GenerationRun, ImportRun, Statement, StatementPool, Topic
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory
from tests.factories.npcs import KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.learning.bank_pages import at, page, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
CSV = b"text,answer,topic\nTin is a metal.,true,Metals\nTuna is a metal.,maybe,Metals\n"
AUTHORS_ONLY = [
    "statements",
    "statement-new",
    "review",
    "imports",
    "generation",
    "generation-runs",
    "pools",
    "export",
]


@pytest.mark.parametrize("name", AUTHORS_ONLY)
def test_keys_are_shown_to_authors_only(client, name):
    client.force_login(PlayerFactory())

    assert client.get(at(name)).status_code == 403


# --- The list --------------------------------------------------------------------------------------------


def test_the_bank_is_searched_and_filtered(master):
    moon = waiting(text="The Moon has no air.", topic=TopicFactory(name="Sky", slug="sky"))
    StatementFactory(text="Iron rusts in wet air.")

    found = {
        name: [one.text[:4] for one in master.get(at("statements"), query).context["page"].rows]
        for name, query in {
            "all": {}, "words": {"q": "moon"}, "topic": {"topic": "sky"}, "state": {"lifecycle": "approved"},
            "nonsense": {"lifecycle": "x", "pool": "y"},
        }.items()
    }  # fmt: skip

    assert found == {
        "all": ["Iron", "The "], "words": ["The "], "topic": ["The "], "state": ["Iron"],
        "nonsense": ["Iron", "The "],
    }  # fmt: skip
    assert at("statement", moon.uuid) in page(master, at("statements"))


def test_an_empty_bank_says_what_to_do_next(master):
    assert "Make from notes" in page(master, at("statements"))
    assert "All is reviewed" in page(master, at("review"))
    assert "No pools yet" in page(master, at("pools"))


@pytest.mark.parametrize("name", ["statements", "pools", "generation"])
def test_a_list_costs_the_same_however_long(master, name, django_assert_max_num_queries):
    def grow(count):
        for _ in range(count):
            statement = StatementFactory(created_by=PlayerFactory())
            pool = StatementPool.objects.create(npc=NpcFactory(), topic=statement.topic)
            pool.statements.add(statement)
            GenerationRun.objects.create(
                npc=pool.npc, topic=pool.topic, pool=pool, made=2, total=1, state="done"
            )
            AnswerEventFactory(statement=statement)

    grow(1)
    with django_assert_max_num_queries(40) as one:
        page(master, at(name))
    grow(2)

    with django_assert_max_num_queries(len(one.captured_queries)):
        text = page(master, at(name))

    assert text.count("<tr>") == 4 if name != "generation" else text.count("Review them") == 3


def test_a_long_list_goes_on_page_by_page(master, monkeypatch):
    monkeypatch.setattr("learning.views.bank.ON_A_PAGE", 2)
    texts = [StatementFactory().text for _ in range(3)]

    first = page(master, at("statements"), lifecycle="approved")
    more = re.search(r'rel="next" href="\?([^"]+)"', first)[1].replace("&amp;", "&")
    second = page(master, f"{at('statements')}?{more}")

    assert [text in first for text in texts] == [False, True, True]
    assert [text in second for text in texts] == [True, False, False]
    assert master.get(at("statements"), {"after": "made up"}).status_code == 302


# --- Writing ---------------------------------------------------------------------------------------------


def fields(**changes):
    topic = changes.pop("topic", None) or TopicFactory()
    return {
        "text": "Comets have tails.", "answer": "false", "topic": topic.pk, "difficulty": "expert", "lang": "en",
        **changes,
    }  # fmt: skip


def test_what_is_written_waits_for_review(master):
    answer = master.post(at("statement-new"), fields())

    statement = Statement.objects.get()
    assert answer.url == at("statement", statement.uuid)
    assert (statement.answer, statement.lifecycle, statement.created_by) == (False, "pending", master.player)
    master.post(at("statement-new"), fields(text="Comets are cold.", draft="1"))
    assert Statement.objects.latest("pk").lifecycle == "draft"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": ""}, "This field is required"),
        ({"text": "x" * 501}, "at most 500 characters"),
        ({"text": "COMETS"}, "already exists"),
    ],
)
def test_what_cannot_be_stored_is_said_and_nothing_is_lost(master, changes, message):
    topic = TopicFactory()
    StatementFactory(topic=topic, text="COMETS")

    answer = master.post(
        at("statement-new"), fields(topic=topic, explanation="Because of the Sun", **changes)
    )

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "Because of the Sun" in answer.content.decode()


def test_a_change_makes_a_version_and_an_answered_key_stays(master):
    statement = StatementFactory(text="Comets have tails.")
    same = fields(topic=statement.topic, text="Comets grow tails.", answer="true")

    master.post(at("statement-edit", statement.uuid), same)
    AnswerEventFactory(statement=statement)
    answer = master.post(at("statement-edit", statement.uuid), same | {"answer": "false"})

    statement.refresh_from_db()
    assert (statement.text, statement.answer, statement.version) == ("Comets grow tails.", True, 2)
    assert (answer.status_code, "flip its key" in answer.content.decode()) == (422, True)


# --- Files -----------------------------------------------------------------------------------------------


def upload(client, content=CSV, name="metals.csv", **values):
    with_file = {"file": SimpleUploadedFile(name, content), "difficulty": "beginner", **values}
    return client.post(at("imports"), with_file)


def test_a_file_is_looked_at_then_taken_over(master, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(master)

    run = ImportRun.objects.get()
    text = page(master, answer.url)
    assert "1 new statement can come in" in text
    assert "The answer &#x27;maybe&#x27; is neither true nor false." in text
    assert "Tuna" not in page(master, answer.url, verdict="new")
    assert not Statement.objects.exists()
    taken = master.post(at("import-take", run.uuid), follow=True).content.decode()
    assert "1 statement wait for review" in taken
    assert Statement.objects.get().created_by == master.player
    assert "taken over already" in master.post(at("import-take", run.uuid), follow=True).content.decode()
    master.post(at("import-discard", run.uuid))
    assert not ImportRun.objects.exists()


def test_files_of_others_are_not_found(master, client):
    upload(master)
    run = ImportRun.objects.get()
    client.force_login(GameMasterFactory())

    statuses = [
        client.get(at("import", run.uuid)).status_code,
        client.post(at("import-take", run.uuid)).status_code,
        client.post(at("import-discard", run.uuid)).status_code,
    ]

    assert statuses == [404, 404, 302]
    assert ImportRun.objects.exists()


def test_a_page_asks_again_while_the_file_is_read(master):
    upload(master)

    assert 'hx-trigger="every 1s"' in page(master, at("import", ImportRun.objects.get().uuid))


def test_an_empty_file_is_refused(master):
    answer = upload(master, content=b"")

    assert answer.status_code == 422


def test_statements_are_taken_out_as_a_file(master):
    StatementFactory(text="=1+1 is 2.")

    answer = master.get(at("export"), {"file_format": "csv", "lifecycle": "approved"})

    assert answer["Content-Disposition"] == 'attachment; filename="statements.csv"'
    assert b"'=1+1 is 2." in answer.content
    assert master.get(at("export"), {"file_format": "exe"}).status_code == 302


# --- Pools -----------------------------------------------------------------------------------------------


def test_notes_become_statements_by_one_form(master, django_capture_on_commit_callbacks):
    item = KnowledgeItemFactory(text="The Moon is about 384,400 kilometres away from the Earth.")
    npc = item.file.npc
    values = {"npc": npc.slug, "new_topic": "Sky", "difficulty": "beginner", "wanted": "10"}

    with django_capture_on_commit_callbacks(execute=True):
        master.post(at("generation"), values)

    run = GenerationRun.objects.get()
    assert (run.state, run.made, run.topic) == ("done", 2, Topic.objects.get(slug="sky"))
    assert f"?pool={run.pool.uuid}" in page(master, at("generation"))
    assert "1 of 2 waiting" in page(master, at("review"), pool=str(run.pool.uuid))


def test_the_form_says_what_is_missing(master):
    NpcFactory(slug="mute")

    answer = master.post(at("generation"), {"npc": "mute", "difficulty": "beginner", "wanted": "1"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"npc", "wanted", "topic"}
