from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import Sum

from players.actions.progress import award_xp
from players.models import ExperienceEntry, Player, PlayerGameData
from players.queries.progress import progress_of
from players.signals import level_reached
from tests.factories.players import PlayerFactory


def award(player, *, amount, source):
    return award_xp(
        player=player, amount=amount, reason="right answer", source_type="answer", source_id=source
    )


def award_in_a_thread(player, source):
    try:
        return award(player, amount=60, source=source)
    finally:
        connection.close()


@pytest.mark.django_db
def test_the_ledger_adds_up_to_the_total():
    player = PlayerFactory()

    added = [award(player, amount=amount, source=str(amount)) for amount in (40, 70, 5)]

    total = PlayerGameData.objects.get(player=player).experience_points
    assert added == [40, 70, 5]
    assert total == player.experience.aggregate(total=Sum("delta"))["total"] == 115


@pytest.mark.django_db
def test_a_source_pays_a_player_once():
    player = PlayerFactory()
    award(player, amount=40, source="7")

    again = award(player, amount=40, source="7")

    assert again == 0
    assert PlayerGameData.objects.get(player=player).experience_points == 40


@pytest.mark.django_db
def test_nothing_is_not_written_down():
    player = PlayerFactory()

    assert award(player, amount=0, source="7") == 0
    assert not ExperienceEntry.objects.exists()


@pytest.mark.django_db
def test_a_new_level_is_stored_and_told(django_capture_on_commit_callbacks):
    heard = []
    level_reached.connect(
        lambda **fact: heard.append((fact["player_id"], fact["level"])), weak=False, dispatch_uid="t"
    )
    player = PlayerFactory()

    with django_capture_on_commit_callbacks(execute=True):
        award(player, amount=99, source="1")
        award(player, amount=500, source="2")

    level_reached.disconnect(dispatch_uid="t")
    assert heard == [(player.pk, 5)]
    assert PlayerGameData.objects.get(player=player).level == 5


@pytest.mark.django_db(transaction=True)
def test_a_source_that_pays_in_two_threads_at_once_pays_once():
    player = PlayerFactory()

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: award_in_a_thread(player, "7"), range(4)))

    assert sorted(added) == [0, 0, 0, 60]
    assert PlayerGameData.objects.get(player=player).experience_points == 60


@pytest.mark.django_db(transaction=True)
def test_sources_that_pay_at_the_same_time_all_count():
    player = PlayerFactory()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda source: award_in_a_thread(player, source), "abcd"))

    totals = PlayerGameData.objects.get(player=player)
    assert (totals.experience_points, totals.level) == (240, 3)


@pytest.mark.django_db
def test_progress_counts_from_the_beginning_of_the_level():
    player = PlayerFactory()
    award(player, amount=150, source="1")
    PlayerGameData.objects.filter(player=player).update(
        total_sessions=2, total_questions_answered=9, total_correct_answers=6, best_streak=4
    )

    progress = progress_of(Player.objects.get(pk=player.pk))

    assert (progress.level, progress.xp, progress.xp_into_level, progress.xp_for_next) == (2, 150, 50, 125)
    assert (progress.percent, progress.accuracy_percent, progress.best_streak) == (40, 66, 4)


@pytest.mark.django_db
def test_on_the_highest_level_the_ring_is_full():
    player = PlayerFactory()
    award(player, amount=200_000, source="1")

    progress = progress_of(Player.objects.get(pk=player.pk))

    assert (progress.level, progress.xp_for_next, progress.percent) == (120, 0, 100)
