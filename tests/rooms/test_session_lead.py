"""Pausing, going on, hosting by a person; coming late, watching, stopping."""

from datetime import timedelta

import pytest

from messaging.models import ChannelEvent, Message
from rooms.actions import session_refusals as refusals
from rooms.actions.session_lead import cancel_session, go_on, pause_session, resume_session
from rooms.actions.session_people import join_session, watch_session
from rooms.actions.session_steps import advance
from rooms.actions.sessions import start_session
from rooms.models import GameSession, SessionEvent
from rooms.queries.sessions import panel_for, recap
from rooms.queries.standings import standings
from tests.factories.players import PlayerFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def after(quiz, seconds):
    return quiz.session.phase_started_at + timedelta(seconds=seconds)


def pause(quiz, *, seconds, reason=""):
    done = pause_session(
        session=quiz.session, player=quiz.players[0], reason=reason, now=after(quiz, seconds)
    )
    quiz.look()
    return done


def system_lines(quiz):
    lines = Message.objects.filter(channel=quiz.room.channel, type=Message.Type.SYSTEM)
    return list(lines.order_by("seq").values_list("text", flat=True))


def test_a_pause_puts_the_question_away_and_says_why():
    quiz = new_quiz(seconds=20).begin()
    ada, bo = quiz.players

    assert pause(quiz, seconds=5, reason=" Fire   drill ") is True
    assert pause(quiz, seconds=6, reason="Again") is False

    panel = panel_for(room=quiz.room, player=bo, may_start=False, now=after(quiz, 9))
    assert (panel.is_paused, panel.statement, panel.session.pause_reason) == (True, "", "Fire drill")
    assert system_lines(quiz)[-1] == "The game is paused: Fire drill"
    with pytest.raises(refusals.SessionPaused):
        quiz.answer(ada, after=7)
    assert advance(pk=quiz.session.pk, now=after(quiz, 3600)) is False


def test_after_the_pause_the_time_that_was_left_goes_on():
    quiz = new_quiz(seconds=20).begin()
    ada, bo = quiz.players
    pause(quiz, seconds=5)

    resumed = [resume_session(session=quiz.session, player=ada, now=after(quiz, 605)) for _ in range(2)]
    quiz.look()

    assert resumed == [True, False]
    assert quiz.session.phase_ends_at == quiz.now + timedelta(seconds=620)
    assert (quiz.session.paused_seconds, quiz.session.paused_at, quiz.session.pause_reason) == (600, None, "")
    answer = quiz.answer(ada, after=7)
    assert answer.event.rt_ms == 7000
    assert quiz.phase == ("question", 1)
    with pytest.raises(refusals.TooLate):
        quiz.answer(bo, after=20)


def test_a_name_in_the_reason_makes_no_link():
    quiz = new_quiz().begin()

    pause(quiz, seconds=1, reason="[gift](http://evil.example)")

    assert system_lines(quiz)[-1] == r"The game is paused: \[gift\](http\://evil.example)"


def test_only_what_runs_can_be_paused():
    quiz = new_quiz()
    with pytest.raises(refusals.NotRunning):
        pause(quiz, seconds=0)
    cancel_session(session=quiz.session, player=None, now=quiz.now)

    with pytest.raises(refusals.NotRunning):
        resume_session(session=quiz.session, player=quiz.players[0], now=quiz.now)


def test_a_paused_session_can_be_called_off():
    quiz = new_quiz().begin()
    pause(quiz, seconds=1, reason="x")

    assert cancel_session(session=quiz.session, player=None, now=quiz.now) is True
    assert (quiz.look().session.paused_at, quiz.session.pause_reason) == (None, "")


def test_who_hosts_says_when_it_goes_on():
    quiz = new_quiz(players=3, rounds=2, leads=True)
    host, ada, bo = quiz.players
    for player in (ada, bo):
        join_session(session=quiz.session, player=player, now=quiz.now)
    quiz.session.participants.filter(role="player").update(is_ready=True)
    quiz.look()
    start_session(session=quiz.session, player=host, now=quiz.now)
    quiz.look()
    with pytest.raises(refusals.NotInSession):
        quiz.answer(host)
    quiz.answer(ada)

    go_on(session=quiz.session, player=host, now=after(quiz, 9))
    first = quiz.look().phase
    waits = quiz.session.phase_ends_at - quiz.session.phase_started_at
    go_on(session=quiz.session, player=host, now=after(quiz, 5))

    assert (first, quiz.look().phase) == (("reveal", 1), ("question", 2))
    assert waits == timedelta(seconds=120)
    assert quiz.session.host is None
    assert quiz.host_lines() == []


def test_a_paused_game_does_not_go_on_by_a_button():
    quiz = new_quiz().begin()
    pause(quiz, seconds=1)

    with pytest.raises(refusals.SessionPaused):
        go_on(session=quiz.session, player=quiz.players[0], now=after(quiz, 2))


def test_who_joins_in_the_reveal_of_round_3_has_round_4_in_full_and_was_not_here_before():
    quiz = new_quiz(players=1, rounds=5, seconds=20).begin()
    ada = quiz.players[0]
    quiz.play({ada: True}, {ada: True})
    quiz.answer(ada)
    assert quiz.phase == ("reveal", 3)

    late = quiz.enter()
    quiz.pass_time()

    assert quiz.phase == ("question", 4)
    panel = panel_for(room=quiz.room, player=late, may_start=False, now=quiz.session.phase_started_at)
    assert panel.ends_at_ms - panel.now_ms == 20_000
    quiz.answer(late)
    quiz.answer(ada)
    lines = recap(quiz.session, quiz.session.participants.get(player=late))
    assert [(line.was_here, line.was_right) for line in lines] == [(False, None)] * 3 + [(True, True)]
    mine = next(one for one in standings(quiz.session) if one.player == late)
    assert (mine.skips, mine.correct) == (0, 1)


def test_nobody_waits_in_a_running_question_for_who_has_just_come():
    quiz = new_quiz(players=1, rounds=2, seconds=20).begin()
    quiz.enter()

    quiz.answer(quiz.players[0])

    assert quiz.phase == ("reveal", 1)


def test_who_watches_sees_and_does_not_answer():
    quiz = new_quiz().begin()
    watcher = PlayerFactory()

    watch_session(session=quiz.session, player=watcher, now=quiz.now)

    panel = panel_for(room=quiz.room, player=watcher, may_start=False, now=quiz.now)
    assert (panel.plays, panel.statement, panel.spectators) == (False, quiz.statement.text, 1)
    with pytest.raises(refusals.NotInSession):
        quiz.answer(watcher)
    assert watcher not in [one.player for one in standings(quiz.session)]


def test_a_watcher_can_come_in_later():
    quiz = new_quiz(players=1, rounds=2).begin()
    watcher = PlayerFactory()
    watch_session(session=quiz.session, player=watcher, now=quiz.now)

    participant = quiz.enter(player=watcher).session_places.get()

    assert (participant.role, participant.first_round) == ("player", 2)


def test_who_stops_keeps_his_points_and_is_not_waited_for():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players
    quiz.play({ada: True, bo: True})

    watch_session(session=quiz.session, player=bo, now=quiz.now)
    quiz.answer(ada)

    assert quiz.phase == ("reveal", 2)
    assert {one.player: one.points for one in standings(quiz.session)} == {ada: 2, bo: 1}
    quiz.pass_time()
    assert quiz.session.analytics.left_early == 1


def test_who_has_stopped_can_come_back():
    quiz = new_quiz(rounds=2).begin()
    bo = quiz.players[1]
    watch_session(session=quiz.session, player=bo, now=quiz.now)

    join_session(session=quiz.session, player=bo, now=quiz.now)

    assert quiz.answer(bo).is_correct
    assert bo.session_places.get().left_at is None


def test_the_story_of_a_session_is_kept_in_order():
    quiz = new_quiz(rounds=1).begin()
    pause(quiz, seconds=2, reason="Tea")
    resume_session(session=quiz.session, player=quiz.players[0], now=after(quiz, 9))
    quiz.play(dict.fromkeys(quiz.players, True))

    story = SessionEvent.objects.filter(session=quiz.session).order_by("pk")
    assert [event.type for event in story] == [
        "seated", "opened", "joined", "started", "question", "paused", "resumed", "reveal", "ended",
    ]  # fmt: skip
    assert story.get(type="paused").payload == {"round": 1, "stage": 1, "reason": "Tea"}


def test_pages_hear_of_pause_and_resumption():
    quiz = new_quiz().begin()
    pause(quiz, seconds=2)
    resume_session(session=quiz.session, player=quiz.players[0], now=after(quiz, 9))

    types = ChannelEvent.objects.filter(type__in=("session.paused", "session.resumed")).order_by("seq")
    assert [event.type for event in types] == ["session.paused", "session.resumed"]
    assert GameSession.objects.get().paused_at is None
