"""The fairness report: what is harder for some groups of players, in figures that name nobody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.actions.fairness import measure_fairness
from learning.models import AnswerEvent, FairnessFigure, KeyFlip, Settlement
from learning.queries.fairness import Compared
from players.actions.deletions import anonymise
from players.actions.erasure import erase
from players.models import Player, PlayerPersonalInfo, PlayerPreferences
from tests.factories.learning import StatementFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAGE = "learning:quality-fairness"


def players(count, *, language="en", factor=1.0):
    first = Player.objects.count()
    found = Player.objects.bulk_create(
        Player(username=f"taker{number}", email=f"taker{number}@example.org")
        for number in range(first, first + count)
    )
    PlayerPreferences.objects.bulk_create(PlayerPreferences(player=one, language=language) for one in found)
    if factor != 1.0:
        needs = {"time_factor": factor}
        PlayerPersonalInfo.objects.bulk_create(
            PlayerPersonalInfo(player=one, accessibility_needs=needs) for one in found
        )
    return found


def answered(statement, takers, *, right, at=NOW, **more):
    settlement = Settlement.objects.create()
    AnswerEvent.objects.bulk_create(
        AnswerEvent(
            player=one, statement=statement, statement_version=statement.version, mode="quiz", shown_at=at,
            received_at=at, rt_ms=4000, answer=True, correct=number < right, settlement=settlement,
            p_before=0.7, theta_before=0.0, idempotency_key=f"{statement.pk}:{one.pk}",
            **({"first_attempt": True} | more),
        )
        for number, one in enumerate(takers)
    )  # fmt: skip
    statement.n_first = statement.answers.count()
    statement.save()


@pytest.fixture
def unequal():
    """Twelve more of a hundred who read German were wrong."""
    statement = StatementFactory()
    answered(statement, players(100, language="de"), right=62)
    answered(statement, players(100), right=74)
    return statement


def by_group():
    rows = FairnessFigure.objects.order_by("by", "group")
    return [(one.by, one.group, one.answers, one.others, round(one.logits, 2)) for one in rows]


def test_languages_are_compared(unequal):
    assert measure_fairness(now=NOW) == 1

    assert by_group() == [("language", "de", 100, 100, 1.06), ("language", "en", 100, 100, -1.06)]


def test_players_with_other_times_are_compared():
    statement = StatementFactory()
    for factor, right in ((1.0, 74), (1.5, 74), (0, 62)):
        answered(statement, players(100, factor=factor), right=right)

    measure_fairness(now=NOW)

    found = FairnessFigure.objects.order_by("group")
    assert [(one.by, one.group, one.others) for one in found] == [
        ("time", "1", 200),
        ("time", "1.5", 200),
        ("time", "untimed", 200),
    ]
    assert [Compared(one).group for one in found] == ["The usual time", "1.5 times the time", "No clock"]
    assert [Compared(one).is_unequal for one in found] == [False, False, True]


@pytest.mark.parametrize(
    "left_out",
    [{"rapid": True}, {"hinted": True}, {"by_guest": True}, {"first_attempt": False}, {"answer": None}],
)
def test_only_first_answers_that_count_are_compared(unequal, left_out):
    last = unequal.answers.order_by("pk").first()
    changes = left_out | ({"correct": False} if "answer" in left_out else {})
    AnswerEvent.objects.filter(pk=last.pk).update(**changes)

    measure_fairness(now=NOW)

    assert not FairnessFigure.objects.exists()


def test_measuring_again_leaves_one_figure_for_each_group_and_drops_what_became_too_small(unequal):
    measure_fairness(now=NOW)
    measure_fairness(now=NOW)
    assert FairnessFigure.objects.count() == 2

    unequal.answers.first().delete()
    unequal.n_first = 200
    unequal.save()
    measure_fairness(now=NOW)

    assert not FairnessFigure.objects.exists()


def test_another_wording_begins_anew_and_the_figures_of_the_earlier_one_stay(unequal):
    measure_fairness(now=NOW)
    unequal.version = 2
    unequal.save()

    measure_fairness(now=NOW)

    assert set(FairnessFigure.objects.values_list("version", flat=True)) == {1}
    figure = FairnessFigure.objects.select_related("statement").first()
    assert not Compared(figure).is_of_today


def test_by_night_only_what_was_settled_or_flipped_since_is_measured(unequal):
    Settlement.objects.update(settled_at=NOW - timedelta(days=3))
    since = NOW - timedelta(days=1)

    assert measure_fairness(now=NOW, since=since) == 0
    KeyFlip.objects.create(statement=unequal, answer=False)
    assert measure_fairness(now=NOW, since=since) == 1


def test_answers_whose_key_was_shown_days_later_are_measured_then(unequal):
    AnswerEvent.objects.update(received_at=NOW - timedelta(days=3))

    assert measure_fairness(now=NOW, since=NOW - timedelta(days=1)) == 1


def test_who_has_left_changes_no_figure_and_is_in_no_group_from_then_on():
    statement = StatementFactory()
    takers = players(101, language="de", factor=1.5), players(100)
    for some in takers:
        answered(statement, some, right=74)
    measure_fairness(now=NOW)
    before = by_group()
    one = takers[0][0]

    erase(one.pk)
    anonymise(Player.objects.get(pk=one.pk))

    assert by_group() == before
    measure_fairness(now=NOW)
    assert [row[1:4] for row in by_group()] == [
        ("de", 100, 100), ("en", 100, 100), ("1", 100, 100), ("1.5", 100, 100),
    ]  # fmt: skip


def test_all_is_read_before_answers_have_to_wait(unequal):
    with CaptureQueriesContext(connection) as queries:
        measure_fairness(now=NOW)

    asked = [one["sql"] for one in queries]
    last_read = max(number for number, sql in enumerate(asked) if "players_player" in sql)
    first_write = min(number for number, sql in enumerate(asked) if sql.startswith(("SAVEPOINT", "DELETE")))
    assert last_read < first_write


@pytest.mark.parametrize("count", [1, 3])
def test_measuring_looks_each_player_up_once(count, django_assert_max_num_queries):
    takers, others = players(100, language="de"), players(100)
    for _ in range(count):
        statement = StatementFactory()
        answered(statement, takers, right=62)
        answered(statement, others, right=74)

    with django_assert_max_num_queries(3 + 6 * count):
        assert measure_fairness(now=NOW) == count


# --- The page ------------------------------------------------------------------------------------------------


@pytest.fixture
def master(client):
    master = GameMasterFactory()
    client.force_login(master)
    return master


def figure(logits=0.8, *, statement=None, **more):
    values = {
        "version": 1, "by": "language", "group": "de", "answers": 120, "others": 300, "logits": logits,
        "error": 0.2, "gap": abs(logits), "measured_at": NOW,
    }  # fmt: skip
    return FairnessFigure.objects.create(statement=statement or StatementFactory(), **(values | more))


def test_players_do_not_see_the_report(client):
    client.force_login(PlayerFactory())

    assert client.get(reverse(PAGE)).status_code == 403


def test_without_figures_the_page_says_what_will_stand_there(client, master):
    assert "a hundred players" in client.get(reverse(PAGE)).content.decode()


def test_the_most_unequal_comes_first_either_way(client, master):
    small, easier, harder = figure(0.1), figure(-1.2), figure(0.9)

    rows = client.get(reverse(PAGE)).context["rows"]

    assert [row.figure for row in rows] == [easier, harder, small]
    assert [row.is_unequal for row in rows] == [True, True, False]


def test_the_report_is_filtered(client, master):
    language, time, same = figure(0.9), figure(0.8, by="time", group="1.5"), figure(0.1)
    address = reverse(PAGE)

    def shown(**asked):
        return [row.figure for row in client.get(address, asked).context["rows"]]

    assert shown(by="time") == [time]
    assert shown(show="unequal") == [language, time]
    assert shown(statement=str(same.statement.uuid)) == [same]
    assert client.get(address, {"statement": "made-up"}).status_code == 302


def test_the_report_goes_on_by_the_key_of_its_last_row(client, master, monkeypatch):
    monkeypatch.setattr("learning.views.quality.ON_A_PAGE", 2)
    rows = [figure(value) for value in (0.9, 0.8, 0.7)]

    first = client.get(reverse(PAGE)).context
    second = client.get(reverse(PAGE), {"after": first["after"]}).context

    assert [row.figure for page in (first, second) for row in page["rows"]] == rows
    assert client.get(reverse(PAGE), {"after": "made-up"}).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_costs_the_same_however_long(client, master, count, django_assert_max_num_queries):
    for _ in range(count):
        figure()

    with django_assert_max_num_queries(15):
        page = client.get(reverse(PAGE))

    assert len(page.context["rows"]) == count


def test_the_table_of_statements_leads_to_what_is_unequal_now(client, master):
    unequal, equal, reworded = (StatementFactory(n_first=300, n_first_correct=200) for _ in range(3))
    figure(0.9, statement=unequal)
    figure(0.2, statement=equal)
    figure(0.9, statement=reworded, version=7)

    page = client.get(reverse("learning:quality-items")).content.decode()

    linked = [one for one in (unequal, equal, reworded) if f"?statement={one.uuid}" in page]
    assert linked == [unequal]
    assert "unequal: language" in page


def test_the_page_of_a_statement_shows_the_figures_of_its_present_wording(client, master):
    statement = StatementFactory(n_first=420, version=2)
    address = reverse("learning:statement", args=[statement.uuid])
    figure(1.11, statement=statement)
    assert "a hundred players of each of two groups" in client.get(address).content.decode()

    figure(0.9, statement=statement, version=2, by="time", group="1.5")
    page = client.get(address).content.decode()

    assert '1.5 times the time: <span class="badge badge--warning">harder</span>' in page
    assert "+0.90 ± 0.20 logits, 120 answers against 300" in page
    assert "1.11" not in page


def test_a_figure_of_a_small_group_is_refused_by_the_database():
    with pytest.raises(IntegrityError, match="learning_fairness_of_large_groups"):
        figure(answers=99)


def test_game_masters_look_at_the_figures_in_the_console_and_edit_none(client, master):
    one, same = figure(), figure(0.1)
    changelist = reverse("admin:learning_fairnessfigure_changelist")

    def listed(**asked):
        return list(client.get(changelist, asked).context["cl"].result_list)

    assert listed() == [one, same]
    assert listed(difference="unequal") == [one]
    assert listed(difference="same") == [same]
    assert client.get(reverse("admin:learning_fairnessfigure_add")).status_code == 403
    assert client.get(reverse("admin:learning_fairnessfigure_delete", args=[one.pk])).status_code == 403
