"""One process takes each step; when it dies with the step in its hands, another one takes it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.clock import advance_sessions
from rooms.models import GameSession
from rooms.rules.leases import LEASE, LOOK_EVERY_SECONDS
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def due_quiz():
    quiz = new_quiz().begin()
    GameSession.objects.update(phase_ends_at=timezone.now() - timedelta(milliseconds=1))
    return quiz.look()


def claim(quiz, worker, now):
    return GameSession.objects.claim(quiz.session.pk, worker=worker, now=now)


def test_a_step_is_taken_by_one_worker():
    quiz, now = due_quiz(), timezone.now()

    assert [claim(quiz, worker, now) for worker in ("a", "b", "a")] == [True, False, True]
    assert quiz.look().session.leased_by == "a"


def test_nothing_is_taken_before_its_time_or_in_a_pause():
    quiz = new_quiz().begin()
    assert claim(quiz, "a", quiz.now) is False

    GameSession.objects.update(phase_ends_at=quiz.now, paused_at=quiz.now)

    assert claim(quiz, "a", quiz.now) is False


def test_the_step_of_a_killed_worker_is_taken_when_its_lease_has_run_out():
    quiz, now = due_quiz(), timezone.now()
    claim(quiz, "killed", now)

    assert claim(quiz, "b", now + LEASE - timedelta(milliseconds=1)) is False
    assert claim(quiz, "b", now + LEASE) is True
    assert claim(quiz, "killed", now + LEASE) is False


def test_lease_and_look_together_are_shorter_than_three_seconds():
    # The ticker of a process wakes up four times a second.
    assert LEASE.total_seconds() + LOOK_EVERY_SECONDS + 0.25 < 3


def test_the_clock_leaves_alone_what_another_worker_has():
    quiz = due_quiz()
    claim(quiz, "other", timezone.now())

    advance_sessions(worker="me")
    before = quiz.look().phase
    GameSession.objects.update(lease_until=timezone.now())
    advance_sessions(worker="me")

    assert (before, quiz.look().phase) == (("question", 1), ("reveal", 1))


def test_after_the_step_the_lease_is_given_back():
    quiz = due_quiz()

    advance_sessions(worker="me")

    assert (quiz.look().session.leased_by, quiz.session.lease_until) == ("", None)
