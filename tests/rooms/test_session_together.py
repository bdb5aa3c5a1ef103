"""Looks and answers of the same moment: each as if it came alone, and what is the same for all read once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from learning.models import AnswerEvent
from messaging import events
from messaging.database import in_database
from messaging.models import ChannelEvent
from messaging.refusals import NotMember
from rooms import modes
from rooms.actions.rooms import enter_room
from rooms.actions.session_answers import Given
from rooms.actions.session_people import watch_session
from rooms.actions.session_refusals import AlreadyAnswered, NoQuestionOpen, NotInSession, TooLate
from rooms.actions.session_together import Ballot, Look, answer_together, look_together
from rooms.models import GameSession, SessionAnswer
from rooms.queries.session_state import state_of
from rooms.queries.sessions import panel_for
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab
from tests.rooms.crowds import MANY, all_kinds, cost, hide, looks_of_three, to_phase
from tests.rooms.quiz import SECRETS, new_quiz
from tests.rooms.test_neighbours import apart

pytestmark = pytest.mark.django_db


def look(quiz, *players):
    return look_together([Look(player.pk, quiz.room.channel.uuid) for player in players])


def alone(quiz, player):
    return state_of(panel_for(room=quiz.room, player=player, may_start=False, is_brief=True))


def ballot(quiz, player, verdict=True, *, after=5.0, **given):
    session = quiz.look().session
    said = Given(verdict, **{"round_number": session.round_number, **given})
    arrived = session.phase_started_at + timedelta(seconds=after)
    return Ballot(player.pk, quiz.room.channel.uuid, said, arrived)


# --- Looking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["lobby", "question", "reveal"])
def test_many_looks_cost_as_many_queries_as_one(phase):
    quiz = to_phase(new_quiz(players=MANY), phase)
    hide(*quiz.players[1::3])
    # Rights and the board are remembered.
    look(quiz, *quiz.players)

    hidden = quiz.players[1]
    assert cost(lambda: look(quiz, hidden)) == cost(lambda: look(quiz, hidden, *quiz.players))


def test_many_looks_at_different_sides_cost_as_many_queries_as_one():
    quiz = apart(players=MANY)
    look(quiz, *quiz.players)

    assert cost(lambda: look(quiz, quiz.players[0])) == cost(lambda: look(quiz, *quiz.players))


@pytest.mark.parametrize("phase", ["lobby", "question", "reveal"])
def test_each_sees_what_he_would_see_alone(phase):
    quiz = to_phase(new_quiz(players=4), phase)
    everybody = all_kinds(quiz)

    told = [answer["session"] for answer in look(quiz, *everybody)]

    assert told == [alone(quiz.look(), player) for player in everybody]


def test_of_both_sides_each_sees_his_own_and_later_its_key():
    quiz = apart(players=4)

    asked = look(quiz, *quiz.players)
    quiz.pass_time()
    shown = look(quiz, *quiz.players)

    first, second = asked[0]["session"]["statement"], asked[1]["session"]["statement"]
    assert [one["session"]["statement"] for one in asked] == [first, second] * 2
    assert first != second
    assert {one["session"]["key"] for one in asked} == {None}
    keys = [one["session"]["key"] for one in shown]
    assert keys == [keys[0], not keys[0]] * 2


def test_the_open_question_is_told_to_nobody_with_its_key():
    quiz = new_quiz(players=3).begin()
    quiz.answer(quiz.players[0])

    told = look(quiz, *quiz.players)

    assert [one["session"]["my_verdict"] is None for one in told] == [False, True, True]
    assert not any(secret in str(told) for secret in SECRETS)
    assert {(one["session"]["key"], one["session"]["my_points"]) for one in told} == {(None, None)}


def test_of_a_game_among_a_few_others_learn_only_that_it_is_there():
    quiz, other = new_quiz().begin(), PlayerFactory()
    enter_room(room=quiz.room, player=other)
    GameSession.objects.update(session_type="private")

    asked, kept_out = look(quiz, quiz.players[0], other)

    assert asked["session"]["statement"] == quiz.statement.text
    assert (kept_out["session"]["statement"], kept_out["session"]["players"]) == ("", 0)


def test_strangers_and_rooms_without_a_game_are_refused_alone():
    quiz = new_quiz().begin()

    strange, empty, seen = look_together(looks_of_three(quiz))

    assert [type(strange), type(empty)] == [NotMember, NotInSession]
    assert seen["session"]["uuid"] == quiz.session.uuid


def test_games_of_two_rooms_are_kept_apart():
    quizzes = [new_quiz().begin() for _ in range(2)]

    told = look_together([Look(quiz.players[0].pk, quiz.room.channel.uuid) for quiz in quizzes])

    assert [one["session"]["statement"] for one in told] == [quiz.statement.text for quiz in quizzes]


# --- Answering --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0.1, 5.0], ids=["rapidly", "in-time"])
def test_many_answers_cost_as_many_queries_as_one(after):
    quiz = new_quiz(players=MANY + 2).begin()
    first, *others, _ = (ballot(quiz, player, after=after, client_id=uuid4()) for player in quiz.players)
    look(quiz, *quiz.players)

    assert cost(lambda: answer_together([first])) == cost(lambda: answer_together(others))
    assert AnswerEvent.objects.filter(rapid=after < 1).count() == MANY + 1


def test_answers_are_stored_with_what_each_is_worth():
    quiz = new_quiz(players=4).begin()
    key = quiz.statement.answer
    said = [(key, 3, 4.0), (not key, 3, 5.0), (None, None, 6.0)]

    stored = answer_together(
        [
            ballot(quiz, player, verdict, confidence=sure, after=after)
            for player, (verdict, sure, after) in zip(quiz.players, said, strict=False)
        ]
    )

    assert [(one.verdict, one.confidence, one.is_correct, one.points) for one in stored] == [
        (key, 3, True, 3), (not key, 3, False, -6), (None, None, False, 0),
    ]  # fmt: skip
    assert [one.event.rt_ms for one in stored] == [4000, 5000, 6000]
    assert [one.event.player for one in stored] == quiz.players[:3]
    assert {one.event.settlement for one in stored} == {None}


def test_each_is_refused_for_his_own_reason_and_nobody_for_anothers():
    quiz = new_quiz(players=6).begin()
    ada, bo, che, dan, eve, _ = quiz.players
    watcher, idler = PlayerFactory(), PlayerFactory()
    for newcomer in (watcher, idler):
        enter_room(room=quiz.room, player=newcomer)
    watch_session(session=quiz.session, player=watcher, now=quiz.now)
    cid = uuid4()
    known = quiz.answer(ada, client_id=cid)
    quiz.answer(bo)

    outcomes = answer_together(
        [
            ballot(quiz, ada, known.verdict, client_id=cid),
            ballot(quiz, bo),
            ballot(quiz, che, after=3600),
            ballot(quiz, dan, round_number=2),
            ballot(quiz, watcher),
            ballot(quiz, idler),
            ballot(quiz, PlayerFactory()),
            ballot(quiz, eve),
        ]
    )

    assert [type(one) for one in outcomes] == [
        SessionAnswer, AlreadyAnswered, TooLate, NoQuestionOpen, NotInSession, NotInSession, NotMember,
        SessionAnswer,
    ]  # fmt: skip
    assert (outcomes[0], outcomes[-1].participant.player) == (known, eve)
    assert SessionAnswer.objects.count() == 3


def test_one_that_fails_harms_nobody():
    def score(*, is_correct, confidence, speed, streak):
        return 1 // (3 - confidence)

    modes.register(modes.Mode(slug="brittle", label="Brittle", score=score))
    try:
        quiz = new_quiz(players=4, mode="brittle").begin()
        outcomes = answer_together(
            [
                ballot(quiz, player, confidence=sure)
                for player, sure in zip(quiz.players, (1, 3, 2), strict=False)
            ]
        )
    finally:
        modes.withdraw("brittle")

    assert [type(one) for one in outcomes] == [SessionAnswer, ZeroDivisionError, SessionAnswer]
    assert SessionAnswer.objects.count() == AnswerEvent.objects.count() == 2


def test_the_last_answers_together_close_the_question_once():
    quiz = new_quiz(players=3).begin()
    key = quiz.statement.answer

    answer_together([ballot(quiz, player, key) for player in quiz.players])

    assert quiz.look().phase == ("reveal", 1)
    assert ChannelEvent.objects.filter(type="session.reveal").count() == 1
    assert AnswerEvent.objects.exclude(settlement=None).count() == 3


def test_an_answer_that_waited_for_its_turn_is_not_late():
    quiz = new_quiz(seconds=20).begin()
    GameSession.objects.update(phase_started_at=timezone.now() - timedelta(seconds=25))

    (stored,) = answer_together([ballot(quiz, quiz.players[0], after=19)])

    assert stored.event.rt_ms == 19_000
    assert stored.received_at < timezone.now() - timedelta(seconds=5)


def test_of_both_sides_each_answers_his_own():
    quiz = apart(players=4)

    stored = answer_together([ballot(quiz, player, quiz.statement.answer) for player in quiz.players])

    assert [one.is_correct for one in stored] == [True, False] * 2


def test_runs_are_each_ones_own():
    def score(*, is_correct, confidence, speed, streak):
        return 10 * streak + is_correct

    modes.register(modes.Mode(slug="chains", label="Chains", score=score, counts_streaks=True))
    try:
        quiz = new_quiz(players=3, rounds=3, mode="chains").begin()
        ada, bo, che = quiz.players
        quiz.play({ada: True, bo: True, che: True}, {ada: True, bo: False, che: True})
        key = quiz.statement.answer
        stored = answer_together([ballot(quiz, player, key) for player in quiz.players])
    finally:
        modes.withdraw("chains")

    assert [one.points for one in stored] == [21, 1, 21]


@pytest.mark.parametrize(("counts", "told"), [((1, 1), 1), ((3,), 1), ((3, 1, 1), 2), ((1,), 0)])
def test_of_a_crowd_each_twentieth_part_is_told_however_many_answer_at_once(monkeypatch, counts, told):
    quiz = new_quiz(players=41).begin()
    heard = []
    monkeypatch.setattr(events, "signal", lambda *args, **more: heard.append(more["answered"]))
    waiting = iter(quiz.players)

    for count in counts:
        answer_together([ballot(quiz, next(waiting)) for _ in range(count)])

    assert len(heard) == told


@pytest.mark.django_db(transaction=True)
async def test_over_sockets_everybody_gets_his_own_answer():
    quiz = await in_database(lambda: new_quiz(players=3, seconds=60).begin())()
    room = str(quiz.room.channel.uuid)
    tabs = [await Tab.of(player, quiz.room.channel) for player in quiz.players[:2]]

    given = await asyncio.gather(
        *[
            tab.ask("verdict", room=room, round=1, verdict=verdict, confidence=1)
            for tab, verdict in zip(tabs, (True, False), strict=True)
        ]
    )
    seen = await asyncio.gather(*[tab.ask("session", room=room) for tab in tabs])

    assert [frame["verdict"] for frame in given] == [True, False]
    assert [frame["session"]["my_verdict"] for frame in seen] == [True, False]
    assert {frame["session"]["answered"] for frame in seen} == {2}
    for tab in tabs:
        await tab.leave()
