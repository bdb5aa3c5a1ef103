import base64

import pytest

from learning.formats.kinds import WRITABLE
from learning.models import GenerationRun, ImportRun, Lifecycle, Statement, StatementRating, StatementReport
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
API = "/api/v1/statements"
CSV = "text,answer\nTin is a metal.,true\nTuna is a metal.,maybe\n"


def post(client, path, **data):
    return client.post(f"{API}{path}", data, content_type="application/json")


def test_the_bank_is_read_by_authors(master):
    statement = StatementFactory(topic=TopicFactory(slug="sky"), report_count=0)
    StatementFactory(lifecycle=Lifecycle.DRAFT)

    found = master.get(API, {"topic": "sky", "lifecycle": "approved"}).json()

    assert [(one["uuid"], one["answer"], one["topic"]) for one in found["statements"]] == [
        (str(statement.uuid), True, "sky")
    ]
    assert found["after"] == ""
    master.force_login(PlayerFactory())
    assert master.get(API).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_reading_costs_the_same_however_much_there_is(master, count, django_assert_max_num_queries):
    StatementFactory.create_batch(count)

    with django_assert_max_num_queries(6):
        master.get(API)


def test_many_are_reviewed_at_once(master):
    rows = StatementFactory.create_batch(2, lifecycle=Lifecycle.PENDING)
    uuids = [str(row.uuid) for row in rows]

    answer = post(master, "/decisions", statements=uuids, verb="reject", reason="typo?")
    assert answer.status_code == 422
    answer = post(
        master, "/decisions", statements=uuids, verb="reject", reason="trivial", note="Everybody knows"
    )

    assert answer.json() == {"count": 2}
    assert set(rows[0].reviews.values_list("reason", "note")) == {("trivial", "Everybody knows")}
    assert post(master, "/decisions", statements=uuids, verb="submit").json() == {"count": 2}


@pytest.mark.parametrize("kind", sorted(WRITABLE))
def test_statements_go_out_and_come_in_again(master, kind, django_capture_on_commit_callbacks):
    topic = TopicFactory(slug="sky")
    StatementFactory(topic=topic, text="The Sun is a star.")
    data = master.get(f"{API}/export", {"format": kind}).content
    Statement.objects.all().delete()

    with django_capture_on_commit_callbacks(execute=True):
        run = post(
            master,
            "/imports",
            name=f"x{WRITABLE[kind].ending}",
            base64=base64.b64encode(data).decode(),
            topic="sky",
        ).json()
    found = master.get(f"{API}/imports/{run['uuid']}").json()
    taken = post(master, f"/imports/{run['uuid']}/take").json()

    assert (found["state"], found["format"], found["counts"]) == ("done", kind, {"new": 1})
    assert taken == {"count": 1}
    assert Statement.objects.values_list("text", "lifecycle").get() == ("The Sun is a star.", "pending")
    assert post(master, f"/imports/{run['uuid']}/take").status_code == 409


def test_each_row_of_a_file_has_its_verdict(master, django_capture_on_commit_callbacks):
    TopicFactory(slug="metals")

    with django_capture_on_commit_callbacks(execute=True):
        run = post(master, "/imports", name="x.csv", text=CSV, topic="metals").json()

    rows = master.get(f"{API}/imports/{run['uuid']}").json()["rows"]
    assert [(row["line"], row["verdict"]) for row in rows] == [(2, "new"), (3, "error")]
    master.force_login(GameMasterFactory())
    assert master.get(f"{API}/imports/{run['uuid']}").status_code == 404


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ({"name": "x.csv", "text": ""}, 409),
        ({"name": "x.csv", "base64": "***"}, 409),
        ({"name": "x.csv", "text": "a", "format": "exe"}, 409),
        ({"name": "x.csv", "text": "a", "topic": "nowhere"}, 404),
        ({"name": ""}, 422),
    ],
)
def test_files_that_cannot_be_taken_are_refused(master, file, status):
    assert post(master, "/imports", **file).status_code == status
    assert not ImportRun.objects.exists()


def test_statements_are_made_from_notes(master, django_capture_on_commit_callbacks):
    npc = NpcFactory(slug="vega")
    KnowledgeItemFactory(file__npc=npc, text="The Moon is about 384,400 kilometres away from the Earth.")
    TopicFactory(slug="sky")

    with django_capture_on_commit_callbacks(execute=True):
        run = post(master, "/generations", character="vega", topic="sky", seed=5).json()
    found = master.get(f"{API}/generations/{run['uuid']}").json()

    assert (found["state"], found["made"], found["done"]) == ("done", 2, 1)
    assert found["pool"] == str(GenerationRun.objects.get().pool.uuid)
    assert post(master, "/generations", character="nobody", topic="sky").status_code == 404


def test_players_report_and_rate_by_their_programs(client):
    statement, draft = StatementFactory(), StatementFactory(lifecycle=Lifecycle.DRAFT)
    client.force_login(PlayerFactory())

    reported = post(client, f"/{statement.uuid}/reports", reason="typo", note="teh")
    rated = client.put(f"{API}/{statement.uuid}/rating", {"stars": 3}, content_type="application/json")
    hidden = post(client, f"/{draft.uuid}/reports", reason="typo")

    assert (reported.status_code, rated.status_code, hidden.status_code) == (204, 204, 404)
    assert StatementReport.objects.values_list("reason", "note").get() == ("typo", "teh")
    assert StatementRating.objects.get().feedback_rating == 3
