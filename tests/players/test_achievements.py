import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, models

from players import counters
from players.actions.achievements import (
    ask_again,
    ensure_achievements,
    evaluate,
    evaluate_waiting,
    unlock,
)
from players.actions.activity import ask_for_evaluation, mark_for_evaluation
from players.models import Achievement, PlayerAchievement, PlayerGameData
from players.queries.achievements import collection_of, unlocked_on_profile
from players.rules.achievements import counters_of, goal_of, is_reached, problem_of_rule
from players.signals import achievement_unlocked
from tests.factories.learning import AnswerEventFactory, SettlementFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.progress import AchievementFactory, PlayerAchievementFactory
from tests.rooms.quiz import new_quiz

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
COUNTED_NOWHERE_YET = {
    "helped_answers", "team_sessions", "bosses_beaten", "scenes_mastered", "remix_finishers", "blocks_placed", "chunks_visited",
    "lore_answers",
}  # fmt: skip


def codes(player):
    rows = PlayerAchievement.objects.filter(player=player).order_by("achievement__position")
    return list(rows.values_list("achievement__code", flat=True))


def points(player):
    return PlayerGameData.objects.get(player=player).achievement_points


def reach(player, **columns):
    PlayerGameData.objects.filter(player=player).update(**columns)


# --- Rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "figures", "reached"),
    [
        ({">=": [{"var": "correct"}, 100]}, {"correct": 99}, False),
        ({">=": [{"var": "correct"}, 100]}, {"correct": 100}, True),
        ({">=": [{"var": "correct"}, 100]}, {}, False),
        ({"and": [{">=": [{"var": "a"}, 1]}, {"<=": [{"var": "b"}, 0.15]}]}, {"a": 1, "b": 0.15}, True),
        ({"and": [{">=": [{"var": "a"}, 1]}, {"<=": [{"var": "b"}, 0.15]}]}, {"b": 0.1}, False),
        ({"/": [1, {"var": "a"}]}, {}, False),
        ({"var": "a"}, {"a": 5}, False),
    ],
)
def test_a_rule_is_reached_or_not(rule, figures, reached):
    assert is_reached(rule, figures) is reached


def test_a_rule_names_its_counters_and_its_goal():
    both = {"and": [{">=": [{"var": "a"}, 1]}, {"<": [{"var": ["b"]}, 2]}]}

    assert counters_of(both) == {"a", "b"}
    assert goal_of(both) is None
    assert goal_of({">=": [{"var": "a"}, 7]}).target == 7


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({">=": [{"var": "correct"}, 100]}, ""),
        ([], 'Write a rule such as {">=": [{"var": "correct"}, 100]}.'),
        ({">=": [3, 2]}, "The rule looks at no counter, so it would hold for everybody or for nobody."),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_in_a_sentence(rule, problem):
    assert problem_of_rule(rule) == problem


def test_a_rule_with_an_unknown_operator_is_refused():
    assert problem_of_rule({"run": [{"var": "a"}]}).startswith("The rule knows no run.")


# --- Definitions --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_thirty_achievements_are_there():
    rows = list(Achievement.objects.all())

    assert len(rows) == 30
    assert [row.code for row in rows if problem_of_rule(row.rule)] == []
    assert {name for row in rows for name in counters_of(row.rule)} - counters.known() == COUNTED_NOWHERE_YET
    assert {row.code for row in rows if row.is_hidden} == {"phoenix", "giant_slayer"}


@pytest.mark.django_db
def test_what_the_staff_has_changed_stays_until_the_file_has_a_newer_version():
    Achievement.objects.filter(code="century").update(points=99, is_active=False)
    Achievement.objects.filter(code="phoenix").update(points=99, version=0)

    ensure_achievements()

    rows = Achievement.objects.filter(code__in=("century", "phoenix")).order_by("code")
    assert list(rows.values_list("points", "is_active", "version")) == [(99, False, 1), (20, True, 1)]


# --- Unlocking ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_reached_is_unlocked_once_and_paid():
    player = PlayerFactory()
    reach(player, day_streak_best=7)

    found = [evaluate(player_id=player.pk, now=NOW) for _ in range(2)]

    assert found == [["streak_3", "streak_7"], []]
    assert (codes(player), points(player)) == (["streak_3", "streak_7"], 30)


@pytest.mark.django_db
def test_only_what_depends_on_the_counters_named_is_looked_at():
    player = PlayerFactory()
    reach(player, day_streak_best=7, comebacks=1)

    assert evaluate(player_id=player.pk, names=["comebacks"], now=NOW) == ["phoenix"]


@pytest.mark.django_db
def test_points_stay_when_the_achievement_is_changed_or_the_figure_falls():
    player = PlayerFactory()
    reach(player, day_streak_best=3)
    evaluate(player_id=player.pk, now=NOW)

    Achievement.objects.filter(code="streak_3").update(points=1, is_active=False)
    reach(player, day_streak_best=0)
    evaluate(player_id=player.pk, now=NOW)

    assert (codes(player), points(player)) == (["streak_3"], 10)


@pytest.mark.django_db
def test_unlocking_is_told_after_the_commit(django_capture_on_commit_callbacks):
    heard, player = [], PlayerFactory()

    def hear(*, player_id, code, **kwargs):
        heard.append((player_id, code))

    achievement_unlocked.connect(hear)
    reach(player, day_streak_best=3)

    with django_capture_on_commit_callbacks(execute=True):
        evaluate(player_id=player.pk, now=NOW)
        before = list(heard)

    achievement_unlocked.disconnect(hear)
    assert (before, heard) == ([], [(player.pk, "streak_3")])


@pytest.mark.django_db(transaction=True)
def test_evaluations_at_the_same_time_unlock_once():
    ensure_achievements()
    player = PlayerFactory()
    reach(player, day_streak_best=30)

    def run(_):
        try:
            return evaluate(player_id=player.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = [code for codes in pool.map(run, range(4)) for code in codes]

    assert sorted(found) == ["streak_3", "streak_30", "streak_7"]
    assert points(player) == 80


@pytest.mark.django_db
def test_many_events_are_one_look(django_capture_on_commit_callbacks):
    player = PlayerFactory()
    reach(player, day_streak_best=3)

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            mark_for_evaluation([player.pk], now=NOW)
        ask_for_evaluation([player.pk], now=NOW)

    assert codes(player) == ["streak_3"]
    assert evaluate_waiting(player_id=player.pk, now=NOW) == []


@pytest.mark.django_db
def test_a_look_that_got_lost_is_asked_for_again(django_capture_on_commit_callbacks):
    player = PlayerFactory()
    reach(player, day_streak_best=3, evaluate_since=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        asked = [ask_again(now=NOW + timedelta(seconds=seconds)) for seconds in (60, 61)]

    assert (asked, codes(player)) == ([0, 1], ["streak_3"])


@pytest.mark.django_db(transaction=True)
def test_a_quiz_unlocks_what_it_has_reached_at_its_end():
    ensure_achievements()
    quiz = new_quiz(players=1, rounds=2).begin()
    (player,) = quiz.players

    quiz.answer(player)
    during = codes(player)
    quiz.pass_time()
    quiz.play({player: True})

    assert (during, codes(player)) == ([], ["first_light"])


@pytest.mark.django_db
def test_the_staff_may_give_one_by_hand():
    player = PlayerFactory()
    century = Achievement.objects.get(code="century")

    assert unlock(player_id=player.pk, achievements=[century], now=NOW) == ["century"]
    assert points(player) == 20


# --- Pages --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_way_to_the_next_is_shown_and_what_is_hidden_is_not():
    player = PlayerFactory()
    AnswerEventFactory.create_batch(3, player=player, settlement=SettlementFactory())
    reach(player, day_streak_best=2)

    badges = {badge.code: badge for series in collection_of(player.pk).series for badge in series.badges}

    assert (badges["century"].value, badges["century"].target, badges["century"].percent) == (3, 100, 3)
    assert (badges["streak_3"].value, badges["streak_3"].target) == (2, 3)
    assert badges["first_block"].is_ahead
    assert not badges["century"].is_ahead
    assert "phoenix" not in badges


@pytest.mark.django_db
def test_what_is_hidden_appears_when_it_is_unlocked():
    player = PlayerFactory()
    reach(player, comebacks=1)

    evaluate(player_id=player.pk, now=NOW)

    collection = collection_of(player.pk)
    assert (collection.unlocked, collection.visible, collection.points) == (1, 29, 20)


@pytest.mark.django_db
def test_a_profile_shows_what_is_unlocked_the_latest_first(signed_in):
    player = PlayerFactory(username="ada")
    for name, day in (("Early", 1), ("Late", 2)):
        PlayerAchievementFactory(
            player=player, achievement=AchievementFactory(name=name), unlocked_at=NOW + timedelta(days=day)
        )

    page = signed_in(PlayerFactory()).get("/players/ada/").content.decode()

    assert [badge.name for badge in unlocked_on_profile(player.pk).badges] == ["Late", "Early"]
    assert page.index("Late") < page.index("Early")
    assert "/progress/achievements/" not in page


@pytest.mark.django_db
def test_nothing_unlocked_shows_no_panel(signed_in):
    PlayerFactory(username="ada")

    assert 'id="achievements"' not in signed_in(PlayerFactory()).get("/players/ada/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_own_page_costs_the_same_however_much_is_unlocked(signed_in, django_assert_num_queries, count):
    player = PlayerFactory()
    PlayerAchievementFactory.create_batch(count, player=player)
    client = signed_in(player)
    client.get("/progress/achievements/")

    # Session, player, preferences; achievements, the passes of the counters; the three of the header.
    with django_assert_num_queries(17):
        page = client.get("/progress/achievements/")

    assert page.content.decode().count("medal__note") == 28 + count


@pytest.mark.django_db
def test_the_file_and_the_model_agree_on_lengths():
    fields = {
        field.name: field.max_length
        for field in Achievement._meta.fields
        if isinstance(field, models.CharField)
    }

    for row in Achievement.objects.all():
        assert [name for name, length in fields.items() if len(str(getattr(row, name))) > length] == []


# --- The console --------------------------------------------------------------------------------------------


def form_of(achievement, **changed):
    fields = ("name", "description", "icon", "tier", "points", "series", "position", "is_active")
    return (
        {name: getattr(achievement, name) for name in fields}
        | {"rule": json.dumps(achievement.rule)}
        | changed
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"rule": '{"run": [{"var": "correct"}]}'}, "The rule knows no run."),
        ({"icon": "no-such-icon"}, "There is no icon no-such-icon."),
    ],
)
def test_the_console_refuses_what_would_break_a_page_or_never_unlock(signed_in, changed, problem):
    century = Achievement.objects.get(code="century")
    address = f"/admin/players/achievement/{century.pk}/change/"

    page = signed_in(SystemAdminFactory(is_staff=True)).post(address, form_of(century, **changed))

    assert problem in page.content.decode()
    assert Achievement.objects.get(code="century").rule == century.rule


@pytest.mark.django_db
def test_who_configures_the_installation_changes_achievements(signed_in):
    century = Achievement.objects.get(code="century")
    address = f"/admin/players/achievement/{century.pk}/change/"

    answers = [
        signed_in(factory(is_staff=True)).post(address, form_of(century, points=21)).status_code
        for factory in (GameMasterFactory, SystemAdminFactory)
    ]

    assert answers == [403, 302]
    assert Achievement.objects.get(code="century").points == 21
