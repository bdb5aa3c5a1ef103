"""Tournaments from the draw to the last place."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.models import Statement
from rooms.actions import session_refusals as refusals
from rooms.models import GameSession, SessionParticipant, TournamentMatch
from rooms.queries.standings import match_scores, standings
from rooms.queries.tournaments import ON_A_PAGE, SHOWN, board_of
from rooms.rules.sets import TOLERANCE
from tests.factories.players import PlayerFactory
from tests.rooms.quiz import new_quiz, topic_with_statements

pytestmark = pytest.mark.django_db


def cup(format, *, players, rounds=2, statements=40):
    topic = topic_with_statements(statements)
    for number, statement in enumerate(Statement.objects.filter(topic=topic).order_by("pk")):
        statement.beta_mean = (number % 7 - 3) / 3
        statement.save()
    quiz = new_quiz(players=players, rounds=rounds, kind="tournament", format=format, topic=topic)
    return quiz


def by_seed(quiz):
    rows = quiz.session.participants.filter(seed__isnull=False).order_by("seed").select_related("player")
    return [row.player for row in rows]


@pytest.mark.parametrize("format", ["bracket", "swiss"])
def test_the_sets_of_all_rounds_are_equally_hard_and_have_the_same_keys(format):
    quiz = cup(format, players=8, rounds=4).begin()

    sets = {}
    for entry in quiz.session.rounds.select_related("statement"):
        sets.setdefault(entry.stage, []).append(entry.statement)
    means = [sum(one.beta_mean for one in found) / len(found) for found in sets.values()]
    assert (len(sets), {len(found) for found in sets.values()}) == (3, {4})
    assert max(means) - min(means) <= TOLERANCE
    assert {sum(one.answer for one in found) for found in sets.values()} == {2}
    assert quiz.session.rounds_planned == 12


def test_a_knock_out_ends_with_one_winner():
    quiz = cup("bracket", players=4, rounds=2).begin()
    first, second, third, fourth = by_seed(quiz)
    pairs = [(m.first.player, m.second.player) for m in quiz.session.matches.order_by("number")]
    assert pairs == [(first, fourth), (second, third)]

    quiz.play(
        {first: True, fourth: False, second: True, third: True}, {first: True, third: True, second: False}
    )
    assert quiz.phase == ("break", 2)
    quiz.pass_time()
    final = TournamentMatch.objects.get(stage=2)
    assert (final.first.player, final.second.player) == (first, third)
    with pytest.raises(refusals.NotInSession, match="out of this knock-out"):
        quiz.answer(second)
    quiz.answer(first, is_right=False)
    quiz.answer(third)
    assert quiz.phase == ("reveal", 3)
    quiz.pass_time()
    quiz.answer(third)
    quiz.pass_time()
    quiz.pass_time()

    assert quiz.look().session.phase == "finished"
    final.refresh_from_db()
    assert (final.winner.player, final.first_points, final.second_points, final.reason) == (
        third,
        0,
        2,
        "points",
    )
    board = [(one.place, one.player) for one in standings(quiz.session)]
    assert board == [(1, third), (2, first), (3, second), (4, fourth)]
    assert [row.final_place for row in SessionParticipant.objects.order_by("final_place")] == [1, 2, 3, 4]


def test_nobody_waits_for_who_is_out():
    quiz = cup("bracket", players=3, rounds=1).begin()
    first, second, third = by_seed(quiz)
    quiz.answer(second)
    quiz.answer(third, is_right=False)
    quiz.answer(first)
    quiz.pass_time()
    quiz.pass_time()
    assert quiz.phase == ("question", 2)

    quiz.answer(first)
    quiz.answer(second)

    assert quiz.phase == ("reveal", 2)


def test_who_has_no_opponent_goes_on():
    quiz = cup("bracket", players=3, rounds=1).begin()
    first = by_seed(quiz)[0]

    bye = TournamentMatch.objects.get(is_bye=True)
    quiz.pass_time()
    quiz.pass_time()

    bye.refresh_from_db()
    assert (bye.first.player, bye.winner.player, bye.reason) == (first, first, "bye")


@pytest.mark.parametrize(
    ("marks", "reason"), [(((True, 2), (True, 1)), "points"), (((False, 1), (None, None)), "skips")]
)
def test_how_a_match_was_decided_is_kept(marks, reason):
    quiz = cup("bracket", players=2, rounds=1).begin()
    for player, (is_right, mark) in zip(by_seed(quiz), marks, strict=True):
        quiz.answer(player, is_right=is_right, sure=mark)
    quiz.pass_time()

    match = TournamentMatch.objects.get()
    assert (match.winner.player, match.reason) == (by_seed(quiz)[0], reason)


def test_a_final_without_a_difference_is_shared():
    quiz = cup("bracket", players=2, rounds=1).begin()

    quiz.play(dict.fromkeys(quiz.players, True))

    match = TournamentMatch.objects.get()
    assert (match.winner, match.reason) == (None, "shared")
    assert [one.place for one in standings(quiz.session)] == [1, 1]


def test_a_swiss_tournament_pairs_equals_and_nobody_twice():
    quiz = cup("swiss", players=6, rounds=1).begin()
    order = by_seed(quiz)
    strength = {player: 6 - number for number, player in enumerate(order)}

    while quiz.session.phase != "finished":
        best = sorted(strength, key=strength.get)[3:]
        for player in order:
            quiz.answer(player, is_right=player in best)
        quiz.pass_time()
        if quiz.session.phase == "break":
            quiz.pass_time()

    pairs = [frozenset((m.first_id, m.second_id)) for m in quiz.session.matches.all()]
    assert len(pairs) == len(set(pairs)) == 9
    assert {one.player for one in standings(quiz.session)[:3]} <= set(best)
    assert sum(match_scores(quiz.session).values()) == 9


def test_an_odd_number_gives_a_bye_to_somebody_else_each_time():
    quiz = cup("swiss", players=5, rounds=1).begin()
    while quiz.session.phase != "finished":
        quiz.pass_time()

    byes = list(TournamentMatch.objects.filter(is_bye=True).values_list("first", flat=True))
    assert len(byes) == len(set(byes)) == quiz.session.stages_planned == 3


def test_into_a_knock_out_nobody_comes_late_into_a_swiss_one_from_the_next_round():
    knock_out, swiss = cup("bracket", players=4).begin(), cup("swiss", players=4).begin()

    with pytest.raises(refusals.SessionFull, match="watch"):
        knock_out.enter()
    late = swiss.enter()

    assert late.session_places.get().first_round == 3
    while swiss.session.stage == 1:
        swiss.pass_time()
    assert TournamentMatch.objects.filter(session=swiss.session, stage=2, first__player=late).exists() or (
        TournamentMatch.objects.filter(session=swiss.session, stage=2, second__player=late).exists()
    )


def test_who_is_not_ready_at_the_draw_watches():
    quiz = cup("bracket", players=2)
    lazy = quiz.enter()
    quiz.players.remove(lazy)

    quiz.begin()

    assert lazy.session_places.get().role == "spectator"


def test_without_enough_statements_it_stays_in_its_lobby():
    quiz = cup("bracket", players=4, rounds=4, statements=6)

    with pytest.raises(refusals.NotEnoughStatements, match="2 rounds of 4"):
        quiz.begin()

    assert quiz.look().phase == ("lobby", 0)
    assert not quiz.session.matches.exists()


def test_one_player_is_no_tournament():
    quiz = cup("swiss", players=1)

    with pytest.raises(refusals.NotEnoughPlayers):
        quiz.begin()


@pytest.mark.parametrize("count", [2, 4])
def test_the_board_costs_the_same_however_many_play(count, django_assert_num_queries):
    quiz = cup("bracket", players=count, rounds=1).begin()

    with django_assert_num_queries(3):
        board = board_of(quiz.session, viewer=quiz.players[0])

    assert sum(match.is_mine for match in board.stages[0].matches) == 1
    assert (len(board.stages[0].matches), board.is_tree) == (count // 2, True)


def crowded(quiz, matches):
    """So many matches more in the first round, of nobody any more."""
    extra = [TournamentMatch(session=quiz.session, stage=1, number=n) for n in range(3, matches + 1)]
    TournamentMatch.objects.bulk_create(extra)
    return quiz


def test_of_a_large_round_the_first_matches_and_the_own_one_are_drawn(django_assert_num_queries):
    quiz = crowded(cup("bracket", players=4, rounds=1).begin(), matches=120)
    late = TournamentMatch.objects.get(number=120)
    late.first, late.second = quiz.session.participants.order_by("seed")[:2]
    late.save()
    first = by_seed(quiz)[0]

    with django_assert_num_queries(4):
        stage = board_of(quiz.session, viewer=first).stages[0]

    assert [match.number for match in stage.matches] == [*range(1, SHOWN + 1), 120]
    assert (stage.total, stage.is_whole, stage.matches[-1].is_mine) == (120, False, True)
    assert not board_of(quiz.session, viewer=first).is_tree


def test_the_page_of_a_round_goes_on_by_the_number_of_its_last_match(client):
    quiz = crowded(cup("bracket", players=4, rounds=1).begin(), matches=ON_A_PAGE + 2)
    client.force_login(quiz.players[0])
    address = reverse("rooms:session-matches", args=[quiz.room.slug, quiz.session.uuid])

    first = client.get(address, {"round": "1"}).context["page"]
    second = client.get(address, {"round": "1", "after": first.after}).context["page"]

    assert [match.number for match in first.matches] == list(range(1, ON_A_PAGE + 1))
    assert ([match.number for match in second.matches], second.after) == ([51, 52], "")
    assert client.get(address, {"after": "made-up"}).status_code == 302


@pytest.mark.parametrize("matches", [2, 40])
def test_the_page_of_a_round_costs_the_same_however_many_matches(
    client, matches, django_assert_max_num_queries
):
    quiz = crowded(cup("bracket", players=4, rounds=1).begin(), matches=matches)
    client.force_login(quiz.players[0])

    with django_assert_max_num_queries(20):
        page = client.get(reverse("rooms:session-matches", args=[quiz.room.slug, quiz.session.uuid]))

    assert len(page.context["page"].matches) == matches


def test_the_matches_of_a_round_are_for_programs_too(client):
    quiz = cup("bracket", players=4, rounds=1).begin()
    me = by_seed(quiz)[0]
    client.force_login(me)
    address = f"/api/v1/rooms/{quiz.room.slug}/sessions/{quiz.session.uuid}/matches"

    found = client.get(address).json()
    later = client.get(address, {"round": 2}).json()

    assert (found["round"], found["rounds"], len(found["matches"]), found["after"]) == (1, 2, 2, "")
    assert found["matches"][0]["sides"][0] == {
        "name": me.name, "points": None, "is_winner": False, "is_me": True
    }  # fmt: skip
    assert later["matches"] == []


def test_the_matches_of_what_is_no_tournament_are_not_found(client):
    quiz = new_quiz(players=1)
    client.force_login(quiz.players[0])

    page = client.get(reverse("rooms:session-matches", args=[quiz.room.slug, quiz.session.uuid]))

    assert page.status_code == 404


def test_strangers_do_not_find_the_matches(client):
    quiz = cup("bracket", players=2, rounds=1).begin()
    client.force_login(PlayerFactory())

    page = client.get(reverse("rooms:session-matches", args=[quiz.room.slug, quiz.session.uuid]))

    assert page.status_code == 404


def test_the_board_is_drawn_on_the_panel_and_with_the_results(client):
    quiz = cup("bracket", players=4, rounds=1).begin()
    client.force_login(quiz.players[0])
    panel = client.get(reverse("rooms:session", args=[quiz.room.slug]), headers={"HX-Request": "true"})
    while quiz.session.phase != "finished":
        quiz.pass_time()
    results = client.get(quiz.session.get_absolute_url())

    assert len(panel.context["panel"].board.stages[0].matches) == 2
    assert (
        results.content.decode().count('class="match ') + results.content.decode().count('class="match"') == 3
    )
    assert GameSession.objects.get().analytics.players == 4


def test_a_round_costs_a_program_the_same_however_many_matches(client):
    costs = {}
    for players, matches in ((2, 1), (6, 3)):
        quiz = cup("swiss", players=players, rounds=1).begin()
        client.force_login(quiz.players[0])
        address = f"/api/v1/rooms/{quiz.room.slug}/sessions/{quiz.session.uuid}/matches"
        # What the first visit looks up of a player is remembered.
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            found = client.get(address).json()
        assert len(found["matches"]) == matches
        assert all(side["name"] for match in found["matches"] for side in match["sides"])
        costs[matches] = len(queries)

    assert costs[1] == costs[3]
