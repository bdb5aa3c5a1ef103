"""What game masters see of the statements' quality."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from learning.models import KeyFlip, Lifecycle, Statement
from learning.queries.quality import coverage, gains, items
from npcs.models import Interaction
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
PAGES = ("learning:quality", "learning:quality-items")


@pytest.fixture
def master(client):
    master = GameMasterFactory()
    client.force_login(master)
    return master


def measured(**more):
    values = {"n_first": 40, "n_first_correct": 30, "discrimination": 0.2, "key_llr": -3.0} | more
    return StatementFactory(**values)


@pytest.mark.parametrize("page", PAGES)
def test_players_do_not_see_keys(client, page):
    client.force_login(PlayerFactory())

    assert client.get(reverse(page)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_pages_without_anything_say_what_will_stand_there(client, master, page):
    assert client.get(reverse(page)).status_code == 200


def test_the_table_shows_the_worst_first_with_band_and_findings(client, master):
    measured(quality_score=0.8)
    worst = measured(quality_score=0.2, discrimination=-0.2, n_first=60, n_first_correct=45)

    rows = client.get(reverse("learning:quality-items")).context["rows"]

    assert [row.statement.quality_score for row in rows] == [0.2, 0.8]
    assert (rows[0].statement, rows[0].band, rows[0].found) == (worst, "broken", {"flat"})
    assert (rows[0].facility_percent, rows[0].known_percent) == (75, 50)


@pytest.mark.parametrize(
    ("value", "band"), [(0.04, "broken"), (0.05, "weak"), (0.15, "fair"), (0.31, "good")]
)
def test_the_table_is_filtered_by_band(value, band):
    statement = measured(discrimination=value)

    found = {name: list(items(band=name)) for name in ("broken", "weak", "fair", "good")}

    assert found == {name: [statement] if name == band else [] for name in found}


def test_the_table_goes_on_by_the_key_of_its_last_row(client, master, monkeypatch):
    monkeypatch.setattr("learning.views.quality.ON_A_PAGE", 2)
    for score in (0.1, 0.2, 0.3):
        measured(quality_score=score)

    first = client.get(reverse("learning:quality-items")).context
    second = client.get(reverse("learning:quality-items"), {"after": first["after"]}).context

    scores = [[row.statement.quality_score for row in page["rows"]] for page in (first, second)]
    assert scores == [[0.1, 0.2], [0.3]]
    assert client.get(reverse("learning:quality-items"), {"after": "made-up"}).status_code == 302


def test_the_table_leads_to_the_statement_and_a_filter_without_finds_to_all(client, master):
    one = measured()

    found = client.get(reverse("learning:quality-items")).content.decode()
    none = client.get(reverse("learning:quality-items"), {"lifecycle": "retired"}).content.decode()

    # With a sign that PostgreSQL refuses in a text.
    by_topic = client.get(reverse("learning:quality-items"), {"topic": f"\x00{one.topic.slug}"})

    assert reverse("learning:statement", args=[one.uuid]) in found
    assert [row.statement for row in by_topic.context["rows"]] == [one]
    assert "No statement fits" in none
    assert "Nothing measured yet" not in none


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_however_many_statements(
    client, master, count, django_assert_max_num_queries
):
    cache.clear()
    for _ in range(count):
        measured(lifecycle=Lifecycle.SUSPECT)

    with django_assert_max_num_queries(30):
        overview = client.get(reverse("learning:quality"))
        table = client.get(reverse("learning:quality-items"))

    assert len(overview.context["doubts"]) == len(table.context["rows"]) == count


def test_a_doubtful_statement_is_kept_or_retired(client, master):
    kept, retired = (measured(lifecycle=Lifecycle.SUSPECT) for _ in range(2))

    client.post(reverse("learning:quality-decide", args=[kept.pk]), {"verb": "keep"})
    client.post(reverse("learning:quality-decide", args=[retired.pk]), {"verb": "retire"})

    states = dict(Statement.objects.values_list("pk", "lifecycle"))
    assert states == {kept.pk: Lifecycle.APPROVED, retired.pk: Lifecycle.RETIRED}
    assert (
        client.post(reverse("learning:quality-decide", args=[kept.pk]), {"verb": "burn"}).status_code == 404
    )


def test_a_key_is_flipped_once_however_often_the_button_is_pressed(client, master):
    statement = measured(answer=True, lifecycle=Lifecycle.SUSPECT)
    address = reverse("learning:quality-decide", args=[statement.pk])

    for _ in range(2):
        client.post(address, {"verb": "flip", "was": "true"})

    assert Statement.objects.get().answer is False
    assert KeyFlip.objects.count() == 1


def test_topics_are_drawn_by_label():
    topic = TopicFactory()
    for difficulty, count in (("beginner", 3), ("expert", 1)):
        StatementFactory.create_batch(count, topic=topic, difficulty=difficulty, quality_score=0.5)
    StatementFactory(topic=topic, lifecycle=Lifecycle.PENDING)
    TopicFactory()

    empty, full = coverage()

    assert (empty.total, full.total, full.counts) == (0, 4, (3, 0, 0, 1))
    assert (full.starts, full.widths) == ((0, 75, 75, 75), (75, 0, 0, 25))
    assert (full.true_percent, full.quality_percent) == (100, 50)


def test_talks_are_compared_with_the_answers_before_and_after():
    cache.clear()
    npc, player, now = NpcFactory(), PlayerFactory(), timezone.now()
    statements = StatementFactory.create_batch(4, npc=npc)
    for statement, days, is_right in zip(statements, (-3, -2, 1, 2), (False, True, True, True), strict=True):
        AnswerEventFactory(
            player=player, statement=statement, correct=is_right, received_at=now + timedelta(days=days)
        )
    answer(PlayerFactory(), statements[0])
    Interaction.objects.create(
        npc=npc, player=player, message="?", response="!", engine="test", response_time_ms=1
    )

    (found,) = gains()

    assert (found.name, found.players, found.before, found.after) == (npc.name, 1, 2, 2)
    assert (found.before_percent, found.after_percent, found.gain) == (50, 100, 50)
