"""Lobbies, private games, and ways to play that another app brings."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import Message
from players.models import PlayerPreferences
from rooms import modes
from rooms.actions import session_refusals as refusals
from rooms.actions.rooms import enter_room
from rooms.actions.session_people import join_session, set_ready, watch_session
from rooms.actions.session_steps import advance
from rooms.actions.sessions import Plan, open_session, start_session
from rooms.models import GameSession
from rooms.queries.sessions import panel_for
from rooms.queries.standings import standings
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.quiz import Quiz, new_quiz, topic_with_statements

pytestmark = pytest.mark.django_db


def ready(quiz, player, is_ready=True):
    set_ready(session=quiz.session, player=player, is_ready=is_ready, now=quiz.now)
    quiz.look()


def test_a_lobby_begins_by_itself_when_all_are_ready():
    quiz = new_quiz(kind="lobby")
    ada, bo = quiz.players

    ready(quiz, ada)
    assert quiz.session.phase_ends_at is None
    ready(quiz, bo)
    assert quiz.session.phase_ends_at == quiz.now + timedelta(seconds=10)

    assert advance(pk=quiz.session.pk, now=quiz.now + timedelta(seconds=10)) is True
    assert quiz.look().phase == ("question", 1)


def test_the_countdown_stops_when_somebody_is_not_ready_after_all_or_comes_in():
    quiz = new_quiz(kind="lobby")
    bo = quiz.players[1]
    for player in quiz.players:
        ready(quiz, player)

    ready(quiz, bo, False)
    stopped = quiz.session.phase_ends_at
    ready(quiz, bo)
    quiz.enter()

    assert (stopped, quiz.look().session.phase_ends_at) == (None, None)


def test_nobody_plays_alone_in_a_lobby_by_accident():
    quiz = new_quiz(kind="lobby", players=1)

    ready(quiz, quiz.players[0])

    assert quiz.session.phase_ends_at is None


def test_who_leads_may_begin_a_lobby_earlier():
    quiz = new_quiz(kind="lobby")
    ready(quiz, quiz.players[0])

    start_session(session=quiz.session, player=quiz.players[0], now=quiz.now)

    assert quiz.look().phase == ("question", 1)


@pytest.fixture
def private():
    """A game of two in a room where others are."""
    room, now = RoomFactory(settings__members_start_sessions=True), timezone.now()
    ada, bo = PlayerFactory.create_batch(2)
    for player in (ada, bo):
        enter_room(room=room, player=player)
    plan = Plan(topic=topic_with_statements(3), rounds=3, kind="private", players=(bo,))
    return Quiz(room, open_session(room=room, player=ada, plan=plan, now=now), [ada, bo], now)


def test_a_private_game_is_for_those_who_were_asked(private):
    private.begin()

    for step in (join_session, watch_session):
        with pytest.raises(refusals.NotInSession, match="those who were asked"):
            step(session=private.session, player=PlayerFactory(), now=private.now)

    assert private.answer(private.players[1]).is_correct


def test_others_see_that_a_private_game_runs_and_nothing_of_it(private):
    private.begin()

    panel = panel_for(room=private.room, player=PlayerFactory(), may_start=False, now=private.now)

    assert panel.is_kept_out
    assert (panel.statement, panel.participants, panel.standings, panel.reveal) == ("", [], [], None)
    assert not Message.objects.filter(channel=private.room.channel, metadata__host=True).exists()


def test_a_private_game_needs_somebody_else():
    plan = Plan(topic=topic_with_statements(3), rounds=3, kind="private")

    with pytest.raises(refusals.OddPlan, match="with whom"):
        new_quiz(kind=plan.kind)


@pytest.mark.parametrize(
    ("plan", "line"),
    [
        ({"kind": "race"}, "no such kind"),
        ({"mode": "unheard"}, "not played like that"),
        ({"kind": "tournament"}, "knock-out or a Swiss"),
        ({"format": "swiss"}, "knock-out or a Swiss"),
    ],
)
def test_what_does_not_go_together_is_refused(plan, line):
    with pytest.raises(refusals.OddPlan, match=line):
        new_quiz(**plan)

    assert not GameSession.objects.exists()


@pytest.fixture
def duel():
    """A mode of another app: two players, over as soon as one is two points ahead."""
    ended = []

    def is_decided(session, *, now):
        points = sorted((one.points for one in standings(session)), reverse=True)
        return points[0] - points[1] >= 2

    modes.register(
        modes.Mode(
            slug="duel", label="Duel", score=lambda *, is_correct, **how: int(is_correct), kinds=frozenset({"game"}),
            min_players=2, max_players=2, after_reveal=is_decided,
            after_end=lambda session, *, now: ended.append((session.pk, session.phase)),
        )
    )  # fmt: skip
    yield ended
    modes.withdraw("duel")


def test_another_app_brings_a_way_to_play_without_touching_rooms(duel):
    quiz = new_quiz(rounds=5, mode="duel").begin()
    ada, bo = quiz.players

    quiz.play({ada: True, bo: False}, {ada: True, bo: False})

    assert quiz.phase == ("finished", 2)
    assert duel == [(quiz.session.pk, "finished")]
    full = new_quiz(rounds=3, mode="duel")
    with pytest.raises(refusals.SessionFull):
        full.enter()


def test_a_mode_says_how_many_it_needs(duel):
    quiz = new_quiz(players=1, mode="duel")
    ready(quiz, quiz.players[0])

    with pytest.raises(refusals.NotEnoughPlayers, match="2 players"):
        start_session(session=quiz.session, player=quiz.players[0], now=quiz.now)


def test_a_mode_is_offered_for_its_kinds_only(duel):
    with pytest.raises(refusals.OddPlan):
        new_quiz(kind="tournament", format="swiss", mode="duel")


def test_who_keeps_out_of_all_boards_is_on_none_for_others_nor_in_the_words_of_the_host():
    quiz = new_quiz(rounds=1)
    ada, shy = quiz.players
    PlayerPreferences.objects.filter(player=shy).update(privacy_level="maximum")
    quiz.begin()

    quiz.play({shy: True, ada: False})

    assert [one.player for one in standings(quiz.session, viewer=ada)] == [ada]
    assert {one.player for one in standings(quiz.session, viewer=shy)} == {ada, shy}
    assert shy.name not in " ".join(quiz.host_lines())
    assert shy.session_places.get().final_place == 1


def test_passing_is_worth_nothing_and_moves_nothing():
    quiz = new_quiz(rounds=1).begin()
    ada, bo = quiz.players

    passed = quiz.answer(ada, is_right=None)
    quiz.answer(bo)

    assert (passed.verdict, passed.points, passed.event.answer) == (None, 0, None)
    assert {one.player: one.skips for one in standings(quiz.session)} == {ada: 1, bo: 0}
    assert quiz.phase == ("reveal", 1)
