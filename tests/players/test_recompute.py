from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from players.actions.achievements import evaluate
from players.actions.progress import award_xp
from players.actions.recount import recompute_progress
from players.actions.streaks import announce_pause, settle_missed
from players.models import ActivityDay, ExperienceEntry, PlayerAchievement, PlayerGameData
from rooms.actions.session_lead import cancel_session
from tests.factories.players import PlayerFactory
from tests.factories.segments import change
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def play(player, *days, rounds=5, is_right=True):
    """A quiz on each of the days from now on; the latest clock."""
    for plus in days:
        quiz = new_quiz(players=1, rounds=rounds)
        quiz.enter(player=player)
        quiz.now += timedelta(days=plus)
        quiz.begin().play(*[{player: is_right}] * rounds)
    return quiz.now


def differences(player, now=None, **options):
    found = recompute_progress(player_id=player.pk, now=now or timezone.now(), **options)
    return [str(one) for one in found]


def told(*arguments):
    out = StringIO()
    call_command("recompute_progress", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_after_normal_play_there_is_nothing_to_mend():
    player = PlayerFactory()

    now = play(player, 0, 0, 1, 3, 4)

    evaluate(player_id=player.pk, now=now)
    assert PlayerGameData.objects.get(player=player).day_streak == 4
    assert differences(player, now) == []


def test_breaks_repairs_pauses_and_flights_are_found_again():
    player = PlayerFactory()
    play(player, 0, 1)
    change(player, timezone="Asia/Tokyo")
    play(player, 5, 5)
    change(player, timezone="America/Los_Angeles")
    now = play(player, 7)
    announce_pause(player=player, days=6, now=now)
    now = play(player, 14, 15)
    settle_missed(now=now + timedelta(days=30))

    evaluate(player_id=player.pk, now=now)

    assert differences(player, now + timedelta(days=30)) == []


def test_an_open_question_and_a_session_that_is_called_off_are_no_differences():
    quiz = new_quiz(players=2, rounds=3).begin()
    player = quiz.players[0]
    quiz.play(dict.fromkeys(quiz.players, True))
    quiz.answer(player)
    evaluate(player_id=player.pk, now=quiz.now)

    during = differences(player, quiz.now)
    cancel_session(session=quiz.session, player=player, now=quiz.now)

    assert (during, differences(player, quiz.now)) == ([], [])


def test_days_that_nobody_has_settled_yet_are_no_difference():
    player = PlayerFactory()
    now = play(player, 0, 1)
    evaluate(player_id=player.pk, now=now)

    assert differences(player, now + timedelta(days=9)) == []


def test_what_was_spoilt_is_mended_and_then_nothing_differs():
    player = PlayerFactory()
    now = play(player, 0, 1, 3)
    evaluate(player_id=player.pk, now=now)
    before = PlayerGameData.objects.values().get(player=player)
    kept = list(ActivityDay.objects.order_by("day").values())
    PlayerGameData.objects.filter(player=player).update(
        experience_points=7, day_streak=0, day_streak_best=9, freezes=2, week_xp=3
    )
    ActivityDay.objects.filter(player=player, is_frozen=True).delete()
    ActivityDay.objects.filter(player=player).update(answers=99, xp=1)
    ActivityDay.objects.create(player=player, day=now.date() + timedelta(days=50), xp=4)

    shown = differences(player, now, dry_run=True)
    mended = differences(player, now)

    after = PlayerGameData.objects.values().get(player=player)
    rows = list(ActivityDay.objects.order_by("day").values())
    assert shown == mended
    assert "freezes: 2 -> 0" in mended
    assert {**after, "updated_at": 0} == {**before, "updated_at": 0}
    assert [{**row, "id": 0} for row in rows] == [{**row, "id": 0} for row in kept]
    assert differences(player, now) == []


def test_an_achievement_that_is_missing_is_unlocked_and_none_is_taken():
    player = PlayerFactory()
    now = play(player, 0)

    mended = differences(player, now)

    assert mended == ["achievement first_light: locked -> unlocked"]
    assert PlayerAchievement.objects.get(player=player).achievement.code == "first_light"
    assert differences(player, now) == []


def test_a_level_that_was_reached_is_kept_when_the_staff_takes_experience_back():
    player = PlayerFactory()
    award_xp(player=player, amount=300, reason="Quiz", source_type="test", source_id="1")
    ExperienceEntry.objects.create(
        player=player, delta=-250, reason="Correction", source_type="staff", source_id="1"
    )

    mended = differences(player)

    row = PlayerGameData.objects.get(player=player)
    assert mended == ["experience_points: 300 -> 50"]
    assert (row.experience_points, row.level) == (50, 3)


def test_the_command_tells_and_changes_nothing_in_a_dry_run():
    player = PlayerFactory(username="ada")
    PlayerGameData.objects.filter(player=player).update(experience_points=7)

    lines = [told("ada", "--dry-run"), told("ADA"), told()]

    assert lines == [
        ["ada: experience_points: 7 -> 0", "1 looked at, 1 differ."],
        ["ada: experience_points: 7 -> 0", "1 looked at, 1 mended."],
        ["1 looked at, 0 mended."],
    ]


def test_the_command_says_when_there_is_no_such_player():
    with pytest.raises(CommandError, match=r"^There is no player nobody\.$"):
        told("nobody")
