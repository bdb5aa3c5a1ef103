from datetime import timedelta

import pytest

from learning.models import Statement
from players.models import PlayerPreferences
from rooms.actions.annulments import annul_in_running
from rooms.actions.session_lead import cancel_session
from rooms.queries.session_state import state_of
from rooms.queries.sessions import Panel, current_session, panel_for
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.quiz import SECRETS, new_quiz

pytestmark = pytest.mark.django_db


def seen(quiz, player):
    return panel_for(room=quiz.room, player=player, may_start=False, now=quiz.now)


def facts(panel):
    """What the panel shows in each phase, by its simple parts."""
    return (panel.session.phase, panel.statement, panel.my_verdict, panel.reveal, len(panel.standings))


def test_a_room_without_session_has_an_empty_panel():
    room = RoomFactory()

    panel = panel_for(room=room, player=PlayerFactory(), may_start=True)

    assert panel == Panel(room, may_start=True)
    assert (panel.is_running, panel.my_standing) == (False, None)


def test_the_lobby_shows_who_takes_part_and_who_is_ready():
    quiz = new_quiz(players=3)
    quiz.session.participants.filter(player=quiz.players[1]).update(is_ready=True)

    panel = seen(quiz, quiz.players[0])

    assert [one.player for one in panel.participants] == quiz.players
    assert (panel.ready, panel.me.player, panel.is_running) == (1, quiz.players[0], False)
    assert facts(panel) == ("lobby", "", None, None, 0)


def test_a_question_shows_its_text_its_time_and_how_many_have_answered():
    quiz = new_quiz(seconds=20).begin()
    ada, bo = quiz.players
    answer = quiz.answer(ada)
    quiz.now += timedelta(seconds=5)

    mine, others = seen(quiz, ada), seen(quiz, bo)

    assert facts(mine) == ("question", quiz.statement.text, answer.verdict, None, 0)
    assert facts(others) == ("question", quiz.statement.text, None, None, 0)
    assert (mine.answered, mine.ends_at_ms - mine.now_ms) == (1, 15_000)
    assert mine.my_points == 0


def test_a_spectator_sees_the_question_and_no_answer():
    quiz = new_quiz().begin()
    quiz.answer(quiz.players[0])

    panel = seen(quiz, PlayerFactory())

    assert (panel.me, panel.my_verdict, panel.statement) == (None, None, quiz.statement.text)


@pytest.mark.parametrize(("is_right", "points"), [(True, 1), (False, 0)])
def test_the_reveal_tells_key_reason_source_and_the_own_points(is_right, points):
    quiz = new_quiz(players=1).begin()
    quiz.answer(quiz.players[0], is_right=is_right)

    panel = seen(quiz, quiz.players[0])

    assert (panel.reveal.is_true, panel.reveal.was_right) == (quiz.statement.answer, is_right)
    assert panel.reveal.explanation.startswith(SECRETS[0])
    assert panel.reveal.source.startswith(SECRETS[1])
    assert (panel.my_points, panel.my_standing.points, panel.my_standing.gained) == (points,) * 3


def test_without_an_answer_the_reveal_is_neither_right_nor_wrong():
    quiz = new_quiz().begin()
    quiz.pass_time()

    panel = seen(quiz, quiz.players[0])

    assert (panel.reveal.was_right, panel.my_points) == (None, 0)


def test_the_final_board_has_the_places_the_recap_and_what_was_earned():
    quiz = new_quiz(rounds=3).begin()
    ada, bo = quiz.players
    quiz.play({ada: True, bo: True}, {ada: True, bo: False}, {ada: True})

    panel = seen(quiz, bo)

    assert [one.player for one in panel.standings] == [ada, bo]
    assert panel.my_standing.place == 2
    assert [line.was_right for line in panel.recap] == [True, False, None]
    assert seen(quiz, ada).gained_xp == ada.experience.get().delta
    assert panel.gained_xp == 0


def test_a_session_that_was_called_off_shows_no_board():
    quiz = new_quiz().begin()
    cancel_session(session=quiz.session, player=None, now=quiz.now)

    assert facts(seen(quiz, quiz.players[0])) == ("cancelled", "", None, None, 0)


def test_the_running_session_comes_before_the_last_one():
    old = new_quiz()
    cancel_session(session=old.session, player=None, now=old.now)
    assert current_session(old.room) == old.session

    assert new_quiz(room=old.room).session == current_session(old.room)


@pytest.fixture
def crowd():
    """Fifteen players, of whom the first has the most points and the others have none, at a reveal."""
    quiz = new_quiz(players=15, rounds=2).begin()
    quiz.answer(quiz.players[0], sure=3)
    quiz.pass_time()
    return quiz


def test_of_a_crowd_the_first_ten_and_the_viewer_are_on_the_board(crowd):
    last = next(one for one in crowd.players if one.username == max(it.username for it in crowd.players[1:]))

    panel = seen(crowd, last)

    assert len(panel.standings) == 10
    assert (panel.standings[0].player, panel.standings[0].points) == (crowd.players[0], 3)
    assert last not in [one.player for one in panel.standings]
    assert (panel.my_standing.player, panel.my_standing.place) == (last, 2)


def test_of_a_crowd_in_the_lobby_the_first_are_named_and_all_are_counted(monkeypatch):
    monkeypatch.setattr("rooms.queries.sessions.NAMED", 2)
    quiz = new_quiz(players=5)

    panel = seen(quiz, quiz.players[4])

    assert [one.player for one in panel.participants] == quiz.players[:2]
    assert (panel.players, panel.not_shown, panel.me.player) == (5, 3, quiz.players[4])


def test_who_hides_between_two_looks_is_gone_from_the_board_and_still_sees_himself(crowd):
    ada, bo = crowd.players[:2]
    seen(crowd, bo)

    PlayerPreferences.objects.filter(player=ada).update(privacy_level="maximum")

    assert ada not in [one.player for one in seen(crowd, bo).standings]
    assert seen(crowd, ada).my_standing.points == 3


def test_who_was_hidden_from_the_beginning_sees_his_own_place(crowd):
    ada, bo = crowd.players[:2]
    PlayerPreferences.objects.filter(player=ada).update(privacy_level="maximum")

    mine = seen(crowd, ada)

    assert (mine.my_standing.place, mine.standings[0].player) == (1, ada)
    assert ada not in [one.player for one in seen(crowd, bo).standings]


def test_a_board_is_worked_out_once_for_all_who_look(crowd, django_assert_num_queries):
    seen(crowd, crowd.players[0])

    with django_assert_num_queries(8):
        seen(crowd, crowd.players[1])


def test_an_annulled_round_is_off_the_board_at_once(crowd):
    ada = crowd.players[0]
    assert seen(crowd, ada).my_standing.points == 3

    Statement.objects.filter(pk=crowd.statement.pk).update(lifecycle="suspended")
    annul_in_running(statement_ids=[crowd.statement.pk], now=crowd.now)

    assert seen(crowd, ada).my_standing.points == 0


@pytest.mark.parametrize("phase", ["lobby", "question", "reveal", "finished"])
def test_in_brief_nobody_else_is_read_and_the_own_figures_are_there(phase):
    quiz = new_quiz(players=3, rounds=2)
    go_to(quiz, phase)
    player = quiz.players[1]

    brief = panel_for(room=quiz.room, player=player, may_start=False, now=quiz.now, is_brief=True)

    assert state_of(brief) == state_of(seen(quiz, player))
    assert (brief.participants, brief.standings, brief.recap, brief.board) == ([], [], [], None)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("phase", "queries"), [("lobby", 5), ("question", 7), ("reveal", 11), ("finished", 12), ("cancelled", 5)]
)
def test_the_panel_costs_the_same_however_many_play(count, phase, queries, django_assert_num_queries):
    quiz = new_quiz(players=count, rounds=2)
    go_to(quiz, phase)

    with django_assert_num_queries(queries):
        panel = seen(quiz, quiz.players[0])
        names = [one.player.name for one in panel.standings or panel.participants]

    named = count if phase in ("lobby", "reveal", "finished") else 0
    assert (panel.session.phase, panel.players, len(names)) == (phase, count, named)


def go_to(quiz, phase):
    """Each step as far as it is needed."""
    if phase == "lobby":
        return
    quiz.begin()
    if phase == "reveal":
        quiz.pass_time()
    if phase == "finished":
        quiz.play(*[dict.fromkeys(quiz.players, True)] * 2)
    if phase == "cancelled":
        cancel_session(session=quiz.session, player=None, now=quiz.now)
