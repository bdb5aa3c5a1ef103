"""Each player's own time, by the server's clock."""

from datetime import timedelta

import pytest

from messaging.models import ChannelEvent, LiveConnection
from players.models import PlayerPersonalInfo
from rooms.actions.session_people import note_round_trip
from rooms.actions.session_refusals import TooLate
from rooms.models import GameSession, SessionParticipant
from rooms.queries.sessions import panel_for
from rooms.queries.standings import standings
from tests.factories.players import PlayerFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def player_who_needs(factor):
    player = PlayerFactory()
    PlayerPersonalInfo.objects.update_or_create(
        player=player, defaults={"accessibility_needs": {"time_factor": factor}}
    )
    return player


def quiz_with(factor, **plan):
    """The first player has the usual time, the second his own."""
    quiz = new_quiz(players=1, **plan)
    quiz.enter(player=player_who_needs(factor))
    return quiz.begin()


def test_with_twice_the_time_an_answer_counts_that_is_too_late_for_others():
    quiz = quiz_with(2.0, seconds=20)
    usual, slow = quiz.players

    answer = quiz.answer(slow, after=31, sure=3)
    with pytest.raises(TooLate):
        quiz.answer(usual, after=31)

    assert (answer.is_correct, answer.points) == (True, 3)
    assert min(one.points for one in standings(quiz.session)) == 0


def test_the_question_waits_for_the_longest_time_and_no_longer_once_it_was_used():
    quiz = quiz_with(2.0, seconds=20)
    usual, slow = quiz.players
    before = quiz.session.phase_ends_at - quiz.session.phase_started_at

    quiz.answer(slow, after=5)
    after = quiz.session.phase_ends_at - quiz.session.phase_started_at

    assert (before, after) == (timedelta(seconds=40), timedelta(seconds=20))
    quiz.answer(usual, after=19)
    assert quiz.phase == ("reveal", 1)


def test_behind_the_usual_time_only_who_has_more_is_waited_for():
    quiz = quiz_with(3.0, seconds=20)

    quiz.answer(quiz.players[1], after=45)

    assert quiz.phase == ("reveal", 1)


def test_speed_is_measured_by_the_own_time():
    quiz = quiz_with(2.0, seconds=20, mode="speed")
    usual, slow = quiz.players

    quiz.answer(usual, after=10)
    answer = quiz.answer(slow, after=20)

    assert answer.points == 1000


def test_without_a_clock_the_question_stays_open_and_everybody_else_is_told_the_usual_end():
    quiz = quiz_with(0.0, seconds=20)
    usual, untimed = quiz.players

    own, others = (
        panel_for(room=quiz.room, player=one, may_start=False, now=quiz.now) for one in (untimed, usual)
    )
    event = ChannelEvent.objects.filter(type="session.question").get()
    answer = quiz.answer(untimed, after=500)

    assert answer.points == 1
    assert (own.my_seconds, others.my_seconds) == (0, 20)
    assert others.ends_at_ms - others.now_ms == 20_000
    assert event.payload["ends_at"] == (quiz.now + timedelta(seconds=20)).isoformat()


def test_who_plays_without_a_clock_is_not_ranked_by_speed_and_others_do_not_see_why():
    quiz = quiz_with(0.0, seconds=20, rounds=1, mode="speed")
    usual, untimed = quiz.players
    quiz.play({usual: True, untimed: True})

    assert [one.player for one in standings(quiz.session, viewer=usual)] == [usual]
    mine = standings(quiz.session, viewer=untimed)
    assert [(one.player, one.place) for one in mine] == [(usual, 1), (untimed, None)]


def test_by_confidence_he_is_ranked_like_everybody():
    quiz = quiz_with(0.0, seconds=20, rounds=1)
    usual, untimed = quiz.players
    quiz.play({usual: False, untimed: True})

    assert [(one.player, one.place) for one in standings(quiz.session)] == [(untimed, 1), (usual, 2)]


@pytest.mark.parametrize(("rtt", "is_in"), [(0, False), (300, True), (60_000, True)])
def test_half_of_the_way_is_credited_up_to_a_quarter_of_a_second(rtt, is_in):
    quiz = new_quiz(seconds=20)
    ada = quiz.players[0]
    note_round_trip(session=quiz.session, player=ada, rtt_ms=rtt, now=quiz.now)
    quiz.begin()

    if is_in:
        quiz.answer(ada, after=20.14)
    else:
        with pytest.raises(TooLate):
            quiz.answer(ada, after=20.14)
    with pytest.raises(TooLate):
        quiz.answer(quiz.players[1], after=20.3)


def test_the_reveal_waits_for_answers_that_may_be_on_their_way():
    quiz = new_quiz(seconds=20)
    note_round_trip(session=quiz.session, player=quiz.players[0], rtt_ms=300, now=quiz.now)

    quiz.begin()

    assert quiz.session.phase_ends_at == quiz.now + timedelta(seconds=20.15)


def test_who_gave_no_sign_of_life_for_a_minute_is_not_waited_for():
    quiz = new_quiz(seconds=20).begin()
    ada, gone = quiz.players
    SessionParticipant.objects.filter(player=gone).update(seen_at=quiz.now - timedelta(seconds=59))

    quiz.answer(ada, after=2)

    assert quiz.phase == ("reveal", 1)


def test_an_open_page_is_a_sign_of_life():
    quiz = new_quiz(seconds=20).begin()
    ada, reader = quiz.players
    SessionParticipant.objects.filter(player=reader).update(seen_at=quiz.now - timedelta(minutes=9))
    LiveConnection.objects.create(
        channel=quiz.room.channel,
        player=reader,
        connection=reader.uuid,
        expires_at=quiz.now + timedelta(minutes=1),
    )

    quiz.answer(ada, after=2)

    assert quiz.phase == ("question", 1)


def test_who_comes_back_within_a_minute_finds_question_time_and_own_answer():
    quiz = new_quiz(players=3, seconds=120).begin()
    ada = quiz.players[0]
    answer = quiz.answer(ada, after=3, sure=2)

    panel = panel_for(room=quiz.room, player=ada, may_start=False, now=quiz.now + timedelta(seconds=59))

    assert panel.statement == quiz.statement.text
    assert (panel.my_verdict, panel.my_confidence) == (answer.verdict, 2)
    assert panel.ends_at_ms - panel.now_ms == 61_000


def test_the_time_factor_is_told_to_nobody():
    quiz = quiz_with(1.5, seconds=20)
    usual, slow = quiz.players

    panel = panel_for(room=quiz.room, player=usual, may_start=False, now=quiz.now)

    assert panel.ends_at_ms - panel.now_ms == 20_000
    assert GameSession.objects.get().phase_ends_at == quiz.now + timedelta(seconds=30)
    assert "1.5" not in str(list(ChannelEvent.objects.values_list("payload", flat=True)))
    assert slow.session_places.get().time_factor == 1.5
