"""What a session leaves behind."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from learning.models import AnswerEvent, Statement
from players.models import ExperienceEntry, PlayerGameData
from rooms.actions.session_lead import cancel_session
from rooms.models import SessionAnswer
from rooms.queries.standings import standings
from tests.factories.players import GuestFactory, PlayerFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def totals(player):
    row = PlayerGameData.objects.get(player=player)
    return (
        row.total_questions_answered,
        row.total_correct_answers,
        row.current_streak,
        row.best_streak,
    )


def earned(player):
    return PlayerGameData.objects.get(player=player).experience_points


def places(quiz):
    return [(one.place, one.player, one.points, one.correct) for one in standings(quiz.session)]


def test_totals_stay_as_they_were_until_the_reveal():
    quiz = new_quiz().begin()
    ada, bo = quiz.players

    quiz.answer(ada)
    before = totals(ada)
    quiz.answer(bo, is_right=False)

    assert (before, totals(ada), totals(bo)) == ((0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 0, 0))


def test_streaks_count_right_answers_in_a_row_over_all_rounds():
    quiz = new_quiz(players=1, rounds=5).begin()
    player = quiz.players[0]

    quiz.play(*({player: is_right} for is_right in (True, True, True, False, True)))

    assert totals(player) == (5, 4, 1, 3)


def test_a_missed_round_neither_counts_nor_breaks_a_streak():
    quiz = new_quiz(players=1, rounds=3).begin()
    player = quiz.players[0]

    quiz.play({player: True}, {}, {player: True})

    assert totals(player) == (2, 2, 2, 2)


def test_a_streak_goes_on_in_the_next_session():
    player = PlayerFactory()
    PlayerGameData.objects.filter(player=player).update(
        total_questions_answered=9, total_correct_answers=9, current_streak=4, best_streak=6
    )
    quiz = new_quiz(players=1, rounds=3)
    quiz.enter(player=player)

    quiz.begin().play(*[{player: True}] * 3)

    assert totals(player) == (12, 12, 7, 7)


def test_everybody_wrong_is_counted_too():
    quiz = new_quiz(players=2, rounds=1).begin()

    quiz.play(dict.fromkeys(quiz.players, False))

    assert [totals(player) for player in quiz.players] == [(1, 0, 0, 0)] * 2


def test_experience_is_paid_at_the_end_and_the_ledger_holds_the_same():
    quiz = new_quiz(rounds=10).begin()
    ada, bo = quiz.players

    quiz.play(*[{ada: True, bo: False}] * 9)
    before = earned(ada)
    quiz.play({ada: True, bo: False})

    facts = AnswerEvent.objects.filter(player=ada).aggregate(Sum("xp"))["xp__sum"]
    entry = ExperienceEntry.objects.get()
    assert (before, earned(bo)) == (0, 0)
    assert earned(ada) == entry.delta == facts + 20
    assert (entry.player, entry.source_type, entry.source_id) == (ada, "session", str(quiz.session.uuid))


def test_totals_equal_the_ledger_and_the_answers_for_everybody():
    quiz = new_quiz(players=3, rounds=6).begin()
    ada, bo, cy = quiz.players

    quiz.play(
        {ada: True, bo: True}, *[{ada: True, bo: False, cy: True}] * 3, {bo: True}, {cy: False, ada: True}
    )

    for player in quiz.players:
        paid = ExperienceEntry.objects.filter(player=player).aggregate(Sum("delta", default=0))["delta__sum"]
        facts = AnswerEvent.objects.filter(player=player)
        assert earned(player) == paid
        assert totals(player)[:2] == (facts.count(), facts.filter(correct=True).count())


def test_clicks_count_on_the_board_and_nowhere_else():
    quiz = new_quiz(players=1, rounds=2).begin()
    player = quiz.players[0]

    for _ in range(2):
        quiz.answer(player, after=0.3)
        quiz.pass_time()

    assert (earned(player), totals(player)) == (0, (0, 0, 0, 0))
    assert places(quiz) == [(1, player, 2, 2)]


def test_guests_are_paid_like_others():
    quiz = new_quiz(players=1, rounds=5)
    guest = quiz.enter(player=GuestFactory())

    quiz.begin().play(*[{guest: True}] * 5)

    assert earned(guest) > 0


def test_only_the_first_session_of_a_day_pays_the_days_bonus():
    player = PlayerFactory()
    xp = []
    for days in (0, 0, 1):
        quiz = new_quiz(players=1, rounds=5)
        quiz.enter(player=player)
        quiz.now += timedelta(days=days)
        quiz.begin().play(*[{player: True}] * 5)
        xp.append(earned(player) - sum(xp))

    assert [xp[0] - xp[1], xp[2] - xp[1]] == [10, 10]


def test_a_session_that_was_called_off_does_not_use_up_the_days_bonus():
    player = PlayerFactory()
    called_off = new_quiz(players=1, rounds=5)
    called_off.enter(player=player)
    called_off.begin().play({player: True})
    cancel_session(session=called_off.session, player=None, now=called_off.now)
    quiz = new_quiz(players=1, rounds=5)
    quiz.enter(player=player)

    quiz.begin().play(*[{player: True}] * 5)

    facts = AnswerEvent.objects.filter(session_uuid=quiz.session.uuid)
    assert earned(player) == facts.aggregate(Sum("xp"))["xp__sum"] + 10


def test_sessions_are_counted_for_those_who_answered():
    quiz = new_quiz(rounds=1).begin()
    ada, bo = quiz.players

    quiz.play({ada: True})

    rows = PlayerGameData.objects.filter(player__in=[ada, bo]).order_by("player_id")
    assert list(rows.values_list("total_sessions", "last_session_at")) == [(1, quiz.now), (0, None)]


def test_a_session_that_is_called_off_pays_nothing_and_keeps_the_answers():
    quiz = new_quiz(rounds=3).begin()
    ada, bo = quiz.players
    quiz.play({ada: True, bo: True})
    quiz.answer(ada)

    cancel_session(session=quiz.session, player=ada, now=quiz.now)

    assert (earned(ada), totals(ada)) == (0, (1, 1, 1, 1))
    assert AnswerEvent.objects.filter(player=ada).count() == 2
    assert set(Statement.objects.values_list("usage_count", flat=True)) == {0}


def test_statements_that_were_played_are_counted():
    quiz = new_quiz(players=1, rounds=2).begin()

    quiz.play({}, {})

    used = Statement.objects.values_list("usage_count", "last_used").distinct()
    assert list(used) == [(1, quiz.now)]


def test_ties_are_broken_by_judgement_then_by_passes_then_shared():
    quiz = new_quiz(players=1, rounds=3)
    names = {name: quiz.enter(username=name) for name in ("careful", "rash", "twin-a", "twin-b", "passing")}
    idle = quiz.players[0]
    quiz.begin()

    # Two points each: by one sure mark of three, or by two guesses.
    rounds = [
        {"careful": (True, 2), "rash": (True, 2), "twin-a": (True, 1), "twin-b": (True, 1), "passing": (True, 1)},
        {"careful": (False, 1), "rash": (True, 2), "twin-a": (True, 1), "twin-b": (True, 1), "passing": (True, 1)},
        {"careful": (False, 1), "rash": (False, 2), "twin-a": (False, 1), "twin-b": (False, 1), "passing": (None, None)},
    ]  # fmt: skip
    for answers in rounds:
        for name, (is_right, mark) in answers.items():
            quiz.answer(names[name], is_right=is_right, sure=mark)
        quiz.pass_time()
        quiz.pass_time()

    board = [(one.place, one.player.username, one.points) for one in standings(quiz.session)]
    assert board == [
        (1, "careful", 2), (2, "rash", 2), (3, "twin-a", 2), (3, "twin-b", 2), (5, "passing", 2),
        (6, idle.username, 0),
    ]  # fmt: skip


def test_who_loses_more_than_he_has_stands_at_nothing():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players

    for is_right in (True, False):
        quiz.answer(ada, is_right=is_right, sure=3)
        quiz.answer(bo, is_right=is_right, sure=2)
        quiz.pass_time()

    points = SessionAnswer.objects.filter(participant__player=ada).order_by("round__number")
    assert list(points.values_list("points", flat=True)) == [3, -6]
    assert {one.player: one.points for one in standings(quiz.session)} == {ada: 0, bo: 0}


def test_speed_is_worth_up_to_a_fifth_of_the_points():
    quiz = new_quiz(players=3, rounds=1, mode="speed").begin()
    fast, slow, wrong = quiz.players

    quiz.answer(fast, after=10)
    quiz.answer(slow, after=15)
    quiz.answer(wrong, is_right=False, after=1)

    assert [(one.player, one.points) for one in standings(quiz.session)] == [
        (fast, 1000),
        (slow, 900),
        (wrong, 0),
    ]


def test_the_board_does_not_move_before_the_reveal():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players
    quiz.play({ada: False, bo: True})

    quiz.answer(ada, after=1)
    board = places(quiz)
    quiz.answer(bo, is_right=False, after=2)

    assert board == [(1, bo, 1, 1), (2, ada, 0, 0)]
    assert places(quiz) == [(1, ada, 1, 1), (1, bo, 1, 1)]
    assert {one.player: one.gained for one in standings(quiz.session)} == {ada: 1, bo: 0}


def test_the_points_of_the_board_are_those_of_the_answers():
    quiz = new_quiz(rounds=4).begin()
    ada, bo = quiz.players

    quiz.play(*[{ada: True, bo: False}, {ada: True, bo: True}] * 2)

    for one in standings(quiz.session):
        answers = SessionAnswer.objects.filter(participant__player=one.player)
        assert one.points == answers.aggregate(Sum("points"))["points__sum"]


@pytest.mark.parametrize("count", [1, 3])
def test_standings_cost_the_same_however_many_play(count, django_assert_num_queries):
    quiz = new_quiz(players=count, rounds=1).begin()
    quiz.play(dict.fromkeys(quiz.players, True))

    with django_assert_num_queries(3):
        names = [one.player.name for one in standings(quiz.session)]

    assert len(names) == count
