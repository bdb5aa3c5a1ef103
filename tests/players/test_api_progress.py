"""A player's own progress by program."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from players.actions.progress import award_xp
from players.models import Achievement, ActivityDay, PlayerAchievement
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 1, 9, 12, tzinfo=ZoneInfo("UTC"))  # a Wednesday


@pytest.fixture
def ada(time_machine):
    time_machine.move_to(NOON, tick=False)
    player = PlayerFactory(username="ada")
    ApiTokenFactory(player=player, secret="pf_ada")
    return player


def get(client, path, **query):
    return client.get(f"/api/v1/{path}", query, **bearer("pf_ada")).json()


def active(player, day, **figures):
    return ActivityDay.objects.create(player=player, day=day, **figures)


def goal(code, **fields):
    given = {"name": code.title(), "description": "Do it.", "tier": "bronze", "points": 10, "rule": {}}
    return Achievement.objects.create(code=code, **(given | fields))


def unlock(player, achievement, **fields):
    given = {"points": achievement.points, "unlocked_at": timezone.now()}
    return PlayerAchievement.objects.create(player=player, achievement=achievement, **(given | fields))


def test_level_and_ledger_are_told(client, ada):
    award_xp(player=ada, amount=150, reason="right answer", source_type="answer", source_id="1")

    answer = get(client, "me/progress")

    assert (answer["level"], answer["xp"], answer["xp_into_level"]) == (2, 150, 50)
    assert [(row["amount"], row["reason"]) for row in answer["recent"]] == [(150, "right answer")]


def test_weeks_are_summed_from_monday_to_sunday(client, ada):
    active(ada, date(2029, 12, 30), answers=5)
    active(ada, date(2029, 12, 31), answers=4, correct=3, xp=20)
    active(ada, date(2030, 1, 6), answers=2, correct=1, xp=10)
    active(ada, date(2030, 1, 8), sessions=1)
    active(PlayerFactory(), date(2030, 1, 8), answers=9)

    answer = get(client, "me/progress/weeks", weeks=3)

    empty = {"answers": 0, "correct": 0, "sessions": 0, "xp": 0}
    assert answer["weeks"] == [
        {"begins": "2029-12-24"} | empty | {"answers": 5},
        {"begins": "2029-12-31"} | empty | {"answers": 6, "correct": 4, "xp": 30},
        {"begins": "2030-01-07"} | empty | {"sessions": 1},
    ]


def test_days_are_listed_newest_first_page_by_page(client, ada):
    for days in range(3):
        active(ada, NOON.date() - timedelta(days=days), answers=days)

    first = get(client, "me/activity", limit=2)
    second = get(client, "me/activity", limit=2, cursor=first["after"])

    assert [row["day"] for row in first["days"]] == ["2030-01-09", "2030-01-08"]
    assert ([row["day"] for row in second["days"]], second["after"]) == (["2030-01-07"], "")


def test_hidden_achievements_are_told_to_those_who_have_them(client, ada):
    Achievement.objects.all().delete()
    goal("open")
    goal("hidden", is_hidden=True)
    unlock(ada, goal("found", is_hidden=True))
    goal("retired", is_active=False)

    answer = get(client, "achievements")

    assert {row["code"]: row["is_unlocked"] for row in answer["achievements"]} == {
        "open": False,
        "found": True,
    }


def test_own_achievements_keep_the_points_that_were_paid(client, ada):
    achievement = goal("first-light", points=50)
    unlock(ada, achievement, points=10)
    unlock(PlayerFactory(), achievement)

    answer = get(client, "me/achievements")

    assert [(row["code"], row["points"]) for row in answer["achievements"]] == [("first-light", 10)]


def test_a_page_of_achievements_costs_the_same_however_long(client, ada, django_assert_num_queries):
    get(client, "me/achievements")

    for number in range(1, 4, 2):
        for _ in range(number):
            unlock(ada, goal(f"goal-{Achievement.objects.count()}"))
        # The token with its player, and the page.
        with django_assert_num_queries(2):
            get(client, "me/achievements")
