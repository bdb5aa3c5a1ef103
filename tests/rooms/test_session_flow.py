"""Sessions from the first question to the last, by a clock that the test moves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import ChannelEvent
from messaging.queries import logged_after
from players.actions.guests import enter_as_guest, expire_demo_sessions
from rooms.actions.rooms import leave_room
from rooms.actions.session_steps import advance
from rooms.clock import advance_sessions
from rooms.models import GameSession, SessionAnswer
from rooms.queries.standings import standings
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def steps(quiz):
    """The session's lines in the log: (type, phase, round)."""
    events = ChannelEvent.objects.filter(channel=quiz.room.channel, type__startswith="session.")
    rows = events.order_by("seq").values_list("type", "payload__phase", "payload__round")
    return [(type.removeprefix("session."), phase, number) for type, phase, number in rows]


def test_a_whole_session_is_told_in_order():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players

    quiz.play({ada: True, bo: False}, {ada: True})

    assert quiz.phase == ("finished", 2)
    assert steps(quiz) == [
        ("opened", "lobby", 0),
        ("started", "lobby", 0),
        ("question", "question", 1),
        ("reveal", "reveal", 1),
        ("question", "question", 2),
        ("reveal", "reveal", 2),
        ("ended", "finished", 2),
    ]
    seqs = [event.seq for event in logged_after(quiz.room.channel_id, 0)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_the_host_speaks_at_every_step():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players

    quiz.play({ada: True, bo: False}, {bo: True})

    opening, first, reveal, last, second_reveal, farewell = quiz.host_lines()
    assert quiz.session.topic.name in opening
    assert "1 of 2" in first
    assert reveal.endswith(f"{ada.name} was the fastest.")
    assert last.startswith("The last one, number 2.")
    assert "was the fastest" not in second_reveal
    assert farewell.startswith(f"The quiz is over. **{bo.name}** wins")


def test_the_fastest_is_the_first_of_those_who_were_right():
    quiz = new_quiz(players=3, rounds=1).begin()
    wrong, slow, fast = quiz.players

    quiz.answer(wrong, is_right=False, after=1)
    quiz.answer(fast, after=2)
    quiz.answer(slow, after=3)

    assert quiz.host_lines()[-1].endswith(f"{fast.name} was the fastest.")


def test_a_room_without_characters_plays_in_silence():
    quiz = new_quiz(players=1, rounds=1)
    GameSession.objects.update(host=None)
    lines = quiz.host_lines()

    quiz.begin().play({quiz.players[0]: True})

    assert (quiz.phase, quiz.host_lines()) == (("finished", 1), lines)


def test_the_clock_waits_for_the_end_of_the_phase():
    quiz = new_quiz(seconds=20).begin()

    assert advance(pk=quiz.session.pk, now=quiz.now + timedelta(seconds=19.9)) is False
    assert quiz.look().phase == ("question", 1)
    assert advance(pk=quiz.session.pk, now=quiz.now + timedelta(seconds=20)) is True
    assert quiz.look().phase == ("reveal", 1)


def test_in_the_lobby_no_clock_ticks():
    quiz = new_quiz()

    assert advance(pk=quiz.session.pk, now=quiz.now + timedelta(days=1)) is False


def test_when_everybody_has_answered_nobody_waits():
    quiz = new_quiz().begin()
    ada, bo = quiz.players

    quiz.answer(ada, after=2)
    before = quiz.phase
    quiz.answer(bo, after=3)

    assert (before, quiz.phase) == (("question", 1), ("reveal", 1))
    assert quiz.session.phase_started_at == quiz.now + timedelta(seconds=3)


def test_nobody_waits_for_who_has_left_the_room():
    quiz = new_quiz().begin()
    staying, leaving = quiz.players
    leave_room(room=quiz.room, player=leaving)

    quiz.answer(staying)

    assert quiz.phase == ("reveal", 1)


def test_a_session_goes_on_without_anybody():
    quiz = new_quiz(rounds=2).begin()
    for player in quiz.players:
        leave_room(room=quiz.room, player=player)

    quiz.play({}, {})

    assert (quiz.phase, SessionAnswer.objects.count()) == (("finished", 2), 0)
    assert quiz.host_lines()[-1].startswith("The quiz is over. Next time")


def test_who_comes_late_plays_from_the_next_answer_on_and_is_waited_for():
    quiz = new_quiz(players=1, rounds=2).begin()
    first = quiz.players[0]
    quiz.pass_time()

    newcomer = quiz.enter()
    quiz.pass_time()
    quiz.answer(first)
    assert quiz.phase == ("question", 2)
    quiz.answer(newcomer, after=5)

    assert quiz.phase == ("reveal", 2)
    assert [(one.player, one.correct) for one in standings(quiz.session)] == [(newcomer, 1), (first, 1)]


def test_a_question_that_ran_out_while_the_server_was_down_is_asked_again_with_its_full_time():
    quiz = new_quiz(seconds=20).begin()
    ada, bo = quiz.players
    quiz.answer(ada)
    statement = quiz.statement

    quiz.pass_time(late=300)

    assert (quiz.phase, quiz.statement) == (("question", 1), statement)
    assert quiz.session.phase_ends_at == quiz.now + timedelta(seconds=20)
    assert quiz.host_lines()[-1].startswith("We were interrupted.")
    answer = quiz.answer(bo, after=2)
    assert (answer.event.rt_ms, quiz.phase) == (2000, ("reveal", 1))


def test_it_is_asked_again_only_once():
    quiz = new_quiz().begin()

    quiz.pass_time(late=300)
    quiz.pass_time(late=300)

    assert quiz.phase == ("reveal", 1)


def test_the_next_question_may_be_asked_again_too():
    quiz = new_quiz().begin()
    quiz.pass_time(late=300)
    quiz.pass_time()
    quiz.pass_time()

    quiz.pass_time(late=300)

    assert quiz.phase == ("question", 2)


@pytest.mark.parametrize(("late", "phase"), [(0, "reveal"), (5, "reveal"), (5.1, "question")])
def test_a_clock_that_is_a_little_late_has_not_been_down(late, phase):
    quiz = new_quiz().begin()

    quiz.pass_time(late=late)

    assert quiz.phase == (phase, 1)


def test_a_question_is_not_asked_again_for_an_empty_room():
    quiz = new_quiz().begin()
    for player in quiz.players:
        leave_room(room=quiz.room, player=player)

    quiz.pass_time(late=300)

    assert quiz.phase == ("reveal", 1)


def test_a_reveal_that_ran_out_while_the_server_was_down_goes_on():
    quiz = new_quiz(rounds=2).begin()
    quiz.pass_time()

    quiz.pass_time(late=3000)

    assert quiz.phase == ("question", 2)
    assert quiz.session.phase_ends_at > quiz.now


def test_a_guest_whose_time_ends_in_the_middle_leaves_a_session_that_goes_on():
    now = timezone.now()
    quiz = new_quiz(players=1, rounds=2).begin()
    quiz.enter(player=enter_as_guest(now=now - timedelta(days=30), address="198.51.100.7"))
    quiz.answer(quiz.players[1])

    expire_demo_sessions(now=now)
    quiz.play({quiz.players[0]: True}, {quiz.players[0]: True})

    assert quiz.phase == ("finished", 2)
    assert [one.player for one in standings(quiz.session)] == [quiz.players[0]]


def test_the_clock_moves_every_due_session_and_no_other():
    due, waiting = new_quiz().begin(), new_quiz().begin()
    ended = timezone.now() - timedelta(seconds=1)
    GameSession.objects.filter(pk=due.session.pk).update(phase_ends_at=ended)

    advance_sessions()

    assert (due.look().phase, waiting.look().phase) == (("reveal", 1), ("question", 1))


def test_a_broken_session_does_not_stop_the_others(caplog):
    broken, sound = new_quiz().begin(), new_quiz().begin()
    broken.session.rounds.all().delete()
    now = timezone.now()
    GameSession.objects.filter(pk=broken.session.pk).update(phase_ends_at=now - timedelta(seconds=2))
    GameSession.objects.filter(pk=sound.session.pk).update(phase_ends_at=now - timedelta(seconds=1))

    advance_sessions()

    assert sound.look().phase == ("reveal", 1)
    assert [record.getMessage() for record in caplog.records if record.name == "rooms.clock"] == [
        f"Session #{broken.session.pk} could not go on."
    ]
