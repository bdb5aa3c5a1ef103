"""What follows from a flipped key, step by step, by processes that may die."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning.actions import flip_replay
from learning.actions.flip_replay import TakenOver, replay_flip
from learning.actions.flips import flip_key
from learning.actions.quality import refresh_statistics
from learning.actions.rebuild_all import all_differences
from learning.models import KeyFlip, TopicSkill
from messaging.models import Notification
from padawanforge.kit.work import LEASE, WorkState
from players.models import ExperienceEntry
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.learning.answering import NOW, answer

pytestmark = pytest.mark.django_db
# When nothing that was answered so far can be overtaken any more.
LATER = timezone.now() + timedelta(hours=1)


@pytest.fixture
def flip(monkeypatch):
    """A key that was believed by one and not by two, in steps of three answers and one player."""
    monkeypatch.setattr(flip_replay, "ANSWERS_A_STEP", 3)
    monkeypatch.setattr(flip_replay, "PLAYERS_A_STEP", 1)
    topic = TopicFactory()
    wrong = StatementFactory(topic=topic, answer=False)
    others = StatementFactory.create_batch(3, topic=topic)
    for number, player in enumerate(PlayerFactory.create_batch(3)):
        for minute, statement in enumerate([wrong, *others]):
            is_right = statement != wrong or number == 0
            answer(player, statement, is_right=is_right, at=NOW + timedelta(minutes=minute))
    refresh_statistics()
    return flip_key(statement=wrong, was=False, player=GameMasterFactory(), now=NOW)


def claimed(flip, *, now=LATER):
    assert KeyFlip.objects.claim(flip.pk, now=now)
    return KeyFlip.objects.get(pk=flip.pk)


def take_steps(flip, *, now=LATER, most=50):
    """Until it is done; how many it took."""
    for count in range(most):
        if KeyFlip.objects.get(pk=flip.pk).state == WorkState.DONE:
            return count
        replay_flip(flip=claimed(flip, now=now), now=now)
    raise AssertionError("It never ends.")


def told():
    return Notification.objects.filter(title__contains="wrong key").values_list("recipient_id", flat=True)


def test_many_short_steps_end_where_one_long_one_does(flip, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        steps = take_steps(flip)

    row = KeyFlip.objects.get(pk=flip.pk)
    assert all_differences(now=LATER) == []
    # Twelve answers by threes, one step to write and one to see that all is right, three players, the end.
    assert steps == 9
    assert (row.replayed, row.told, row.checkpoint) == (12, 3, None)


def test_each_step_begins_where_the_one_before_has_ended(flip):
    replay_flip(flip=claimed(flip), now=LATER)
    first = KeyFlip.objects.get(pk=flip.pk)
    replay_flip(flip=claimed(flip), now=LATER)
    second = KeyFlip.objects.get(pk=flip.pk)

    assert (first.state, first.attempts, first.replayed) == (WorkState.WAITING, 0, 3)
    assert second.replayed == 6


def test_a_step_whose_worker_died_is_taken_again(flip, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        replay_flip(flip=claimed(flip), now=LATER)
        claimed(flip)

        take_steps(flip, now=LATER + 2 * LEASE)

    assert all_differences(now=LATER) == []
    assert sorted(told()) == sorted({row.player_id for row in TopicSkill.objects.all()})


def test_a_worker_that_was_too_slow_saves_nothing(flip, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        while KeyFlip.objects.get(pk=flip.pk).skills_at is None:
            replay_flip(flip=claimed(flip), now=LATER)
        slow = claimed(flip)
        replay_flip(flip=claimed(flip, now=LATER + 2 * LEASE), now=LATER + 2 * LEASE)

        with pytest.raises(TakenOver):
            replay_flip(flip=slow, now=LATER)

        take_steps(flip, now=LATER + 2 * LEASE)
    assert len(told()) == 3
    assert ExperienceEntry.objects.filter(source_type="correction").count() == 2


def test_answers_between_two_steps_are_replayed_too(flip):
    player, statement = PlayerFactory(), flip.statement
    statement.refresh_from_db()
    replay_flip(flip=claimed(flip), now=LATER)
    answer(player, statement)
    later = StatementFactory(topic=statement.topic)
    answer(player, later)
    refresh_statistics()

    take_steps(flip, now=LATER)

    assert all_differences(now=LATER) == []


def test_a_replay_that_fails_three_times_is_given_up_with_a_way_out(flip):
    row = claimed(flip)

    flip_replay.give_up(row)

    row.refresh_from_db()
    assert row.state == WorkState.FAILED
    assert "rebuild_learning" in row.last_error
