"""The panel of the page over the socket: for each what he would get by HTTP, looked up for all who ask together."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from messaging.database import in_database
from messaging.refusals import NotMember
from rooms.actions.rooms import enter_room
from rooms.actions.session_refusals import NotInSession
from rooms.actions.session_together import Look, panels_together
from rooms.models import GameSession
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab
from tests.rooms.crowds import MANY, all_kinds, cost, hide, looks_of_three, to_phase
from tests.rooms.quiz import SECRETS, new_quiz
from tests.rooms.test_neighbours import apart
from tests.rooms.test_tournaments import cup

pytestmark = pytest.mark.django_db
# The clock goes on between two looks, and only a page of its own has the token of its forms.
OF_THE_MOMENT = re.compile(r'data-now="\d+"|<input type="hidden" name="csrfmiddlewaretoken" value="\w+">')


def panels(quiz, *players):
    return panels_together([Look(player.pk, quiz.room.channel.uuid) for player in players])


def by_http(client, quiz, player):
    client.force_login(player)
    address = reverse("rooms:session", args=[quiz.room.slug])
    return client.get(address, headers={"HX-Request": "true"}).content.decode()


PHASES = pytest.mark.parametrize("phase", ["lobby", "question", "reveal", "finished"])


@PHASES
def test_many_panels_cost_as_many_queries_as_one(phase):
    quiz = to_phase(new_quiz(players=MANY, rounds=1), phase)
    hide(*quiz.players[1::3])
    # Rights and the board are remembered.
    panels(quiz, *quiz.players)

    hidden = quiz.players[1]
    assert cost(lambda: panels(quiz, hidden)) == cost(lambda: panels(quiz, hidden, *quiz.players))


@pytest.mark.parametrize("phase", ["question", "reveal", "finished"])
def test_many_panels_of_different_sides_cost_as_many_queries_as_one(phase):
    quiz = to_phase(apart(players=MANY, rounds=1), phase)
    panels(quiz, *quiz.players)

    assert cost(lambda: panels(quiz, quiz.players[0])) == cost(lambda: panels(quiz, *quiz.players))


@pytest.mark.parametrize(("steps", "phase"), [(1, "reveal"), (4, "break")])
def test_many_panels_of_a_knock_out_cost_as_many_queries_as_one(steps, phase):
    quiz = cup("bracket", players=8).begin()
    for _ in range(steps):
        quiz.pass_time()
    panels(quiz, *quiz.players)

    assert cost(lambda: panels(quiz, quiz.players[0])) == cost(lambda: panels(quiz, *quiz.players))
    assert quiz.session.phase == phase


@PHASES
def test_each_gets_what_he_would_get_by_http(client, phase):
    quiz = to_phase(new_quiz(players=4, rounds=1), phase)
    everybody = all_kinds(quiz)

    shown = panels(quiz, *everybody)

    fetched = [by_http(client, quiz, player) for player in everybody]
    assert [OF_THE_MOMENT.sub("", one) for one in shown] == [OF_THE_MOMENT.sub("", one) for one in fetched]


def test_nobody_gets_a_key_of_the_open_question_or_the_answer_of_another():
    quiz = new_quiz(players=2).begin()
    ada, bo = quiz.players
    quiz.answer(ada, sure=3)
    onlooker = PlayerFactory()
    enter_room(room=quiz.room, player=onlooker)

    of_ada, of_bo, of_onlooker = shown = panels(quiz, ada, bo, onlooker)

    assert all(quiz.statement.text in one for one in shown)
    assert not any(secret in one for one in shown for secret in SECRETS)
    assert ["Your answer is in" in one for one in shown] == [True, False, False]
    assert ['aria-pressed="true"' in one for one in shown] == [True, False, False]
    assert [one.count("data-verdict") for one in (of_ada, of_bo, of_onlooker)] == [2, 3, 0]


def test_only_who_leads_gets_the_buttons_of_the_leader():
    quiz = new_quiz(players=2)
    quiz.room.settings.members_start_sessions = False
    quiz.room.settings.save()
    ada, bo = quiz.begin().players
    GameSession.objects.filter(pk=quiz.session.pk).update(host_player=ada)

    leader, player = panels(quiz, ada, bo)

    pause = reverse("rooms:session-pause", args=[quiz.room.slug])
    assert (pause in leader, pause in player) == (True, False)


def test_of_a_game_among_a_few_others_learn_only_that_it_is_there():
    quiz, other = new_quiz().begin(), PlayerFactory()
    enter_room(room=quiz.room, player=other)
    GameSession.objects.update(session_type="private")

    asked, kept_out = panels(quiz, quiz.players[0], other)

    assert quiz.statement.text in asked
    assert "A private game is running" in kept_out
    assert quiz.statement.text not in kept_out


def test_strangers_and_rooms_without_a_game_are_refused_alone():
    quiz = new_quiz().begin()

    strange, empty, seen = panels_together(looks_of_three(quiz))

    assert [type(strange), type(empty)] == [NotMember, NotInSession]
    assert quiz.statement.text in seen


@pytest.mark.django_db(transaction=True)
async def test_over_the_socket_the_panel_knows_the_answer_that_was_given_before():
    quiz = await in_database(lambda: new_quiz(seconds=60).begin())()
    tab, room = await Tab.of(quiz.players[0], quiz.room.channel), str(quiz.room.channel.uuid)

    before = await tab.ask("panel", room=room)
    await tab.ask("verdict", room=room, round=1, verdict=None, cid=str(uuid4()))
    after = await tab.ask("panel", room=room)

    assert ["You have passed" in frame["html"] for frame in (before, after)] == [False, True]
    await tab.leave()
