"""A key that was the wrong way round."""

from datetime import timedelta
from uuid import uuid4

import pytest

from learning.actions.flips import AlreadyFlipped, flip_key
from learning.actions.pay import Played, close_sittings
from learning.actions.quality import refresh_statistics
from learning.actions.rebuild_all import all_differences
from learning.models import (
    AnswerEvent,
    KeyFlip,
    Lifecycle,
    ReviewCard,
    Statement,
    StatementReview,
    TopicSkill,
)
from messaging.models import Notification
from padawanforge.kit.work import WorkState
from players.models import ExperienceEntry, PlayerGameData
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.learning.answering import NOW, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def game():
    """Ada knew better than the key, Bo believed it; both in a session of six statements."""
    topic = TopicFactory()
    wrong = StatementFactory(
        topic=topic, answer=False, text="Water boils at a lower temperature on a mountain."
    )
    others = StatementFactory.create_batch(5, topic=topic)
    ada, bo, uuid = PlayerFactory(), PlayerFactory(), uuid4()
    for number, statement in enumerate([wrong, *others]):
        at = NOW + timedelta(seconds=20 * number)
        answer(ada, statement, is_right=statement != wrong, at=at, session=uuid)
        answer(bo, statement, is_right=statement == wrong, at=at, session=uuid)
    close_sittings(Played(uuid, "quiz"), now=NOW + timedelta(minutes=5))
    refresh_statistics()
    return wrong, ada, bo


def experience(player):
    return PlayerGameData.objects.get(player=player).experience_points


def flip(statement, capture, *, now=NOW + timedelta(hours=1)):
    with capture(execute=True):
        return flip_key(statement=statement, was=statement.answer, player=GameMasterFactory(), now=now)


def test_answers_are_scored_anew_and_skills_equal_a_full_replay(game, django_capture_on_commit_callbacks):
    wrong, ada, bo = game
    before = {row.player_id: row.theta_mean for row in TopicSkill.objects.all()}

    flip(wrong, django_capture_on_commit_callbacks)

    after = {row.player_id: row.theta_mean for row in TopicSkill.objects.all()}
    scores = AnswerEvent.objects.filter(statement=wrong).values_list("player_id", "correct")
    assert set(scores) == {(ada.pk, True), (bo.pk, False)}
    assert after[ada.pk] > before[ada.pk]
    assert after[bo.pk] < before[bo.pk]
    assert all_differences(now=NOW) == []


def test_nobodys_experience_falls_and_what_is_missing_is_granted(game, django_capture_on_commit_callbacks):
    wrong, ada, bo = game
    before = experience(ada), experience(bo)

    flip(wrong, django_capture_on_commit_callbacks)

    grant = ExperienceEntry.objects.get(source_type="correction")
    assert (grant.player, experience(ada) - before[0]) == (ada, grant.delta)
    assert grant.delta > 0
    assert experience(bo) == before[1]


def test_everybody_who_answered_is_told_once(game, django_capture_on_commit_callbacks):
    wrong, ada, bo = game

    flip(wrong, django_capture_on_commit_callbacks)

    told = Notification.objects.filter(title__contains="wrong key")
    assert sorted(told.values_list("recipient_id", flat=True)) == sorted([ada.pk, bo.pk])
    assert "is right after all" in told.get(recipient=ada).message
    assert "is yours" in told.get(recipient=bo).message


def test_a_flip_is_another_version_and_leaves_a_line_in_the_history(game, django_capture_on_commit_callbacks):
    wrong, _, _ = game
    Statement.objects.filter(pk=wrong.pk).update(lifecycle=Lifecycle.SUSPECT)

    made = flip(wrong, django_capture_on_commit_callbacks)

    statement = Statement.objects.get(pk=wrong.pk)
    assert (statement.answer, statement.version, statement.lifecycle) == (True, 2, Lifecycle.APPROVED)
    assert statement.versions.get().answer is False
    assert StatementReview.objects.get(statement=wrong).reason == "wrong_key"
    row = KeyFlip.objects.get(pk=made.pk)
    assert (row.state, row.rescored, row.told) == (WorkState.DONE, 2, 2)
    assert row.xp == ExperienceEntry.objects.get(source_type="correction").delta


def test_the_card_of_who_was_right_is_that_of_a_right_answer(game, django_capture_on_commit_callbacks):
    wrong, ada, bo = game

    flip(wrong, django_capture_on_commit_callbacks)

    due = dict(ReviewCard.objects.filter(fact_key=f"#{wrong.pk}").values_list("player_id", "due"))
    assert due[ada.pk] - NOW == timedelta(days=2)
    assert due[bo.pk] - NOW == timedelta(days=1)


def test_two_who_flip_at_once_flip_once(game, django_capture_on_commit_callbacks):
    wrong, _, _ = game
    flip(wrong, django_capture_on_commit_callbacks)

    with pytest.raises(AlreadyFlipped):
        flip_key(statement=wrong, was=False, player=GameMasterFactory(), now=NOW)

    assert Statement.objects.get(pk=wrong.pk).answer is True


def test_flipping_back_restores_the_scores(game, django_capture_on_commit_callbacks):
    wrong, ada, bo = game
    flip(wrong, django_capture_on_commit_callbacks)

    flip(Statement.objects.get(pk=wrong.pk), django_capture_on_commit_callbacks)

    scores = AnswerEvent.objects.filter(statement=wrong).values_list("player_id", "correct")
    assert set(scores) == {(ada.pk, False), (bo.pk, True)}
    assert all_differences(now=NOW) == []


def test_skipped_statements_stay_skipped(game, django_capture_on_commit_callbacks):
    wrong, ada, _ = game
    AnswerEvent.objects.filter(statement=wrong, player=ada).update(answer=None, correct=False)

    made = flip(wrong, django_capture_on_commit_callbacks)

    assert made.rescored == 1
    assert not AnswerEvent.objects.get(statement=wrong, player=ada).correct
