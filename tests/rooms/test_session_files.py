"""The page of the results, the list of earlier games, and the files of the answers."""

import csv
import io
import json

import pytest
from django.urls import reverse

from learning.models import Statement
from players.models import PlayerPreferences
from rooms.queries.session_results import results_for
from tests.factories.players import PlayerFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz():
    """Two rounds are played; the second player was wrong, then passed."""
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players
    quiz.answer(ada, sure=3)
    quiz.answer(bo, is_right=False, sure=2)
    quiz.pass_time()
    quiz.answer(ada, sure=1)
    quiz.answer(bo, is_right=None)
    quiz.pass_time()
    assert quiz.session.phase == "finished"
    return quiz


def url(quiz, name):
    return reverse(f"rooms:session-{name}", args=[quiz.room.slug, quiz.session.uuid])


def rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def leader_only(quiz, leader):
    """From now on only the first may start sessions here."""
    quiz.room.settings.members_start_sessions = False
    quiz.room.settings.save()
    quiz.room.channel.members.filter(player=leader).update(role="moderator")


def test_what_to_review_is_what_was_missed_passed_or_only_guessed(quiz):
    ada, bo = quiz.players

    reviews = {player: results_for(quiz.session, player).to_review for player in quiz.players}

    assert [(line.was_right, line.confidence) for line in reviews[ada]] == [(True, 1)]
    assert [(line.was_right, line.passed) for line in reviews[bo]] == [(False, False), (None, True)]
    assert results_for(quiz.session, PlayerFactory()).to_review == []


def test_the_page_shows_board_review_and_figures(client, quiz):
    client.force_login(quiz.players[1])

    page = client.get(url(quiz, "results"))

    results = page.context["results"]
    assert (results.mine.place, len(results.standings), len(results.recap)) == (2, 2, 2)
    assert (results.figures.answers, results.figures.correct, results.figures.skipped) == (3, 2, 1)
    assert "What to review" in page.content.decode()


def test_before_the_end_there_are_no_results_and_no_files(client):
    quiz = new_quiz().begin()
    client.force_login(quiz.players[0])

    answers = [client.get(url(quiz, name)).status_code for name in ("results", "csv", "json")]

    assert answers == [302, 404, 404]


def test_who_leads_gets_everybodys_answers_others_their_own(client, quiz):
    ada, bo = quiz.players
    leader_only(quiz, ada)
    found = {}
    for player in quiz.players:
        client.force_login(player)
        found[player] = rows(client.get(url(quiz, "csv")))

    assert [row["player"] for row in found[bo]] == [bo.username] * 2
    assert [(row["round"], row["player"], row["answer"], row["points"]) for row in found[ada]] == [
        ("1", ada.username, found[ada][0]["answer"], "3"),
        ("1", bo.username, found[ada][1]["answer"], "-2"),
        ("2", ada.username, found[ada][2]["answer"], "1"),
        ("2", bo.username, "pass", "0"),
    ]


def test_a_spreadsheet_computes_nothing_of_what_others_wrote(client, quiz):
    Statement.objects.filter(pk=quiz.session.rounds.get(number=1).statement_id).update(text="=1+1")
    client.force_login(quiz.players[0])

    response = client.get(url(quiz, "csv"))

    assert {row["statement"] for row in rows(response) if row["round"] == "1"} == {"'=1+1"}
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]


def test_json_holds_session_board_and_answers(client, quiz):
    client.force_login(quiz.players[0])

    found = json.loads(client.get(url(quiz, "json")).content)

    assert found["session"]["uuid"] == str(quiz.session.uuid)
    assert [row["place"] for row in found["standings"]] == [1, 2]
    assert [row["confidence"] for row in found["answers"]] == [3, 2, 1, None]
    assert [row["correct"] for row in found["answers"]] == [True, False, True, None]


def test_who_keeps_out_of_all_boards_is_in_no_file_of_others(client, quiz):
    ada, bo = quiz.players
    PlayerPreferences.objects.filter(player=bo).update(privacy_level="maximum")
    client.force_login(ada)

    text = client.get(url(quiz, "json")).content.decode() + client.get(url(quiz, "csv")).content.decode()

    assert bo.username not in text
    assert ada.username in text


def test_strangers_find_nothing(client, quiz):
    client.force_login(PlayerFactory())

    pages = [client.get(url(quiz, name)).status_code for name in ("results", "csv", "json")]

    assert pages == [404] * 3


def test_private_games_of_others_are_not_found(client):
    quiz = new_quiz(players=3, rounds=1)
    ada, _, cy = quiz.players
    quiz.begin().play(dict.fromkeys(quiz.players, True))
    quiz.session.participants.filter(player=cy).delete()
    type(quiz.session).objects.update(session_type="private")
    found = {}

    for player in (ada, cy):
        client.force_login(player)
        listed = client.get(reverse("rooms:session-list", args=[quiz.room.slug])).context["page"].rows
        found[player] = (client.get(url(quiz, "results")).status_code, len(listed))

    assert found == {ada: (200, 1), cy: (404, 0)}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_there_are(client, count, django_assert_num_queries):
    quiz = new_quiz(players=1, rounds=1).begin()
    quiz.play({})
    player = quiz.players[0]
    for _ in range(count - 1):
        again = new_quiz(players=1, rounds=1, room=quiz.room).begin()
        again.play({})
    client.force_login(player)
    client.get(reverse("rooms:session-list", args=[quiz.room.slug]))

    with django_assert_num_queries(7):
        page = client.get(reverse("rooms:session-list", args=[quiz.room.slug]))

    assert len({row.topic.name for row in page.context["page"].rows}) == count


def test_an_empty_list_says_what_to_do(client):
    quiz = new_quiz(players=1)
    client.force_login(quiz.players[0])

    text = client.get(reverse("rooms:session-list", args=[quiz.room.slug])).content.decode()

    assert "No game was played to its end here yet." in text


def test_a_cursor_of_ones_own_making_is_not_found(client):
    quiz = new_quiz()
    client.force_login(quiz.players[0])

    page = client.get(reverse("rooms:session-list", args=[quiz.room.slug]), {"after": "made up"})

    assert page.status_code == 404
