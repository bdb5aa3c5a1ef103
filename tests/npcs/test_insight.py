"""How characters do: the figures of answers, their nightly rows, findings with how sure they are, the console."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs import gains
from npcs.actions import insight
from npcs.actions.insight import record_findings, record_nights, record_period
from npcs.admin.analytics import columns
from npcs.gains import Gain
from npcs.models import Interaction, NpcLearningData, NpcMetric
from npcs.queries.analytics import Day, Figures, busiest, by_day, total
from npcs.rules.insight import confidence
from tests.factories.npcs import InteractionFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def known_gains(monkeypatch):
    """The sources of gains, without those of the apps above."""
    sources = []
    monkeypatch.setattr(gains, "_sources", sources)
    return sources


def answer(npc, *, at=NOW, **fields):
    row = InteractionFactory(npc=npc, **fields)
    Interaction.objects.filter(pk=row.pk).update(created_at=at)
    return row


def busy(**more):
    npc, (ada, bob) = NpcFactory(), PlayerFactory.create_batch(2)
    answer(
        npc, player=ada, response_time_ms=100, tokens_in=10, tokens_out=5, cost_estimate=Decimal("0.25"),
        satisfaction_rating=4, interaction_context={"sources": [{"n": 1}]}, **more,
    )  # fmt: skip
    answer(
        npc, player=ada, response_time_ms=300, outcome="refused", interaction_context={"sources": []}, **more
    )
    answer(npc, player=bob, response_time_ms=200, outcome="unavailable", satisfaction_rating=1, **more)
    return npc


def metric(name, **filters):
    return NpcMetric.objects.get(metric_name=name, **filters)


# --- Figures ---------------------------------------------------------------------------------------------


def test_the_figures_of_all_answers():
    busy()

    found = total(since=NOW - DAY, until=NOW + DAY)

    assert found == Figures(
        answers=3, players=2, refused=1, failed=1, with_sources=1, response_ms=200.0, tokens_in=10, tokens_out=5,
        cost=Decimal("0.25"), ratings=2, stars=2.5,
    )  # fmt: skip
    assert (found.tokens, found.answered, found.knowledge_share) == (15, 1, 0.3333)


def test_every_day_of_the_period_is_there_even_without_answers():
    busy()
    busy(at=NOW - 3 * DAY)
    busy(at=NOW - 7 * DAY)

    days = by_day(now=NOW, days=7)

    assert [day.day for day in days] == [date(2026, 5, 14) + n * DAY for n in range(7)]
    assert [day.figures.answers for day in days] == [0, 0, 0, 3, 0, 0, 3]


@pytest.mark.parametrize("count", [1, 3])
def test_the_busiest_characters_cost_the_same_however_many_they_are(
    known_gains, django_assert_num_queries, count
):
    npcs = [busy() for _ in range(count)]
    answer(npcs[-1])
    known_gains.append(lambda ids, since, until: {npcs[0].pk: Gain(0.5, 0.75, 4, 40)})

    with django_assert_num_queries(2):
        rows = busiest(since=NOW - DAY, until=NOW + DAY)

    assert [row.figures.answers for row in rows] == [4] + [3] * (count - 1)
    assert {row.npc: row.gain and row.gain.points for row in rows}[npcs[0]] == 25.0


def test_nobodys_opinion_is_no_bad_one():
    answer(NpcFactory())

    assert total(since=NOW - DAY, until=NOW + DAY).stars is None


def test_of_two_sources_of_gains_the_one_with_more_answers_counts(known_gains):
    gains.register(lambda ids, since, until: {1: Gain(0.1, 0.2, 1, 5)})
    gains.register(lambda ids, since, until: {1: Gain(0.4, 0.9, 3, 50), 2: Gain(0.9, 0.8, 1, 1)})

    found = gains.gains_of([1, 2], since=NOW, until=NOW)

    assert {pk: gain.points for pk, gain in found.items()} == {1: 50.0, 2: -10.0}


# --- Nightly rows ----------------------------------------------------------------------------------------


def test_each_night_leaves_a_row_for_each_figure_and_repeating_it_changes_nothing(known_gains):
    npc = busy(at=NOW - DAY)
    known_gains.append(lambda ids, since, until: {npc.pk: Gain(0.5, 0.75, 4, 40)})

    first = record_nights(now=NOW)
    assert record_nights(now=NOW) == first == NpcMetric.objects.count()

    yesterday = {"npc": npc, "date_recorded": date(2026, 5, 19), "time_period": "daily"}
    figures = {
        row.metric_name: (row.metric_value, row.metric_unit) for row in NpcMetric.objects.filter(**yesterday)
    }
    assert figures == {
        "answers": (3, "answers"),
        "players": (2, "people"),
        "engagement": (1.5, "answers a person"),
        "response_time": (200, "ms"),
        "tokens": (15, "tokens"),
        "tokens_per_answer": (5, "tokens"),
        "cost": (0.25, "money"),
        "error_rate": (0.3333, "share"),
        "refusal_rate": (0.3333, "share"),
        "knowledge_use": (0.3333, "share"),
        "satisfaction": (2.5, "stars"),
        "learning_gain": (25.0, "points"),
    }


def test_a_night_that_is_written_again_is_corrected():
    npc = busy(at=NOW - DAY)
    record_nights(now=NOW)
    Interaction.objects.update(satisfaction_rating=5)

    record_nights(now=NOW)

    assert metric("satisfaction", npc=npc).metric_value == 5


def test_a_server_that_slept_makes_up_for_the_nights_and_no_row_is_made_for_today():
    for days in (0, 1, 3):
        busy(at=NOW - days * DAY)

    record_nights(now=NOW)

    daily = NpcMetric.objects.filter(time_period="daily")
    days = daily.order_by("date_recorded").values_list("date_recorded", flat=True).distinct()
    assert list(days) == [date(2026, 5, 17), date(2026, 5, 19)]


def test_weeks_and_months_are_written_when_they_have_ended():
    npc = busy(at=datetime(2026, 5, 31, 12, tzinfo=UTC))
    answer(npc, at=datetime(2026, 5, 2, 12, tzinfo=UTC))

    record_nights(now=datetime(2026, 6, 1, 5, tzinfo=UTC))

    found = NpcMetric.objects.filter(metric_name="answers").order_by("time_period")
    assert [(row.time_period, row.date_recorded, row.metric_value) for row in found] == [
        ("daily", date(2026, 5, 31), 3),
        ("monthly", date(2026, 5, 1), 4),
        ("weekly", date(2026, 5, 25), 3),
    ]


def test_a_night_costs_the_same_however_many_characters_there_are(known_gains, django_assert_num_queries):
    for _ in range(3):
        busy()

    with django_assert_num_queries(2):
        record_period(NOW.date(), "daily")


# --- Findings --------------------------------------------------------------------------------------------


def test_findings_say_what_the_last_weeks_showed_and_how_sure_that_is(known_gains):
    npc = busy(at=NOW - DAY)

    assert record_findings(now=NOW) == record_findings(now=NOW) == 4

    found = {row.data_type: row for row in NpcLearningData.objects.filter(npc=npc)}
    assert set(found) == {"interaction_pattern", "response_quality", "user_feedback", "performance_metric"}
    assert found["user_feedback"].data_value == {"average": 2.5, "stars": {"1": 1, "4": 1}}
    assert found["user_feedback"].confidence_score == confidence(2)
    assert found["response_quality"].confidence_score == confidence(3)
    assert found["performance_metric"].data_value["slowest_twentieth_ms"] == 300
    assert found["interaction_pattern"].data_value["answers_per_player"] == 1.5


def test_the_more_was_seen_the_surer_it_is():
    sure = [confidence(seen) for seen in (0, 1, 20, 1000)]

    assert sure == sorted(sure)
    assert (sure[0], sure[2]) == (0, 0.5)
    assert sure[3] < 1


def test_old_figures_of_a_day_go_and_those_of_months_stay():
    npc = busy(at=NOW - 500 * DAY)
    for period in ("daily", "monthly"):
        record_period((NOW - 500 * DAY).date().replace(day=1 if period == "monthly" else 5), period)
    record_period((NOW - 500 * DAY).date(), "daily")
    record_findings(now=NOW - 499 * DAY)

    insight.forget_old(now=NOW)

    assert set(NpcMetric.objects.filter(npc=npc).values_list("time_period", flat=True)) == {"monthly"}
    assert not NpcLearningData.objects.exists()


# --- The console -----------------------------------------------------------------------------------------


def test_the_console_draws_them_for_those_who_make_characters(client, known_gains):
    npc = busy(at=timezone.now())
    known_gains.append(lambda ids, since, until: {npc.pk: Gain(0.5, 0.75, 4, 40)})
    client.force_login(GameMasterFactory())

    shown = client.get(reverse("admin:npc_insight")).content.decode()

    assert shown.count("<g><title>") == 30
    assert "2.5 <small>(2)</small>" in shown
    assert "+25.0 points (4 people)" in shown
    assert "style=" not in shown.split('id="content-main"')[1]


def test_nobody_else_gets_there(client):
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(reverse("admin:npc_insight")).status_code in (302, 403)


def test_without_answers_the_page_says_what_to_do(client):
    client.force_login(GameMasterFactory())

    assert "Feature one" in client.get(reverse("admin:npc_insight"), {"days": "7"}).content.decode()


def test_bars_stand_on_each_other_and_fit():
    days = [Day(NOW.date(), Figures(answers=10, refused=3, failed=2)), Day(NOW.date(), Figures())]

    full, empty = columns(days)

    assert (full["answered"], full["refused"], full["failed"]) == (50, 30, 20)
    assert (full["answered_y"], full["refused_y"], full["failed_y"]) == (50, 20, 0)
    assert empty["answered"] == empty["failed"] == 0
