from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.models import GameSession, SessionAnswer
from tests.factories.players import PlayerFactory
from tests.rooms.quiz import new_quiz, topic_with_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(client):
    """A game of one round that is over; the client is the first of its two players."""
    quiz = new_quiz(rounds=1).begin()
    quiz.play(dict.fromkeys(quiz.players, True))
    client.force_login(quiz.players[0])
    return quiz


def url(quiz, rest=""):
    return f"/api/v1/rooms/{quiz.room.slug}/{rest or 'sessions'}"


def post(client, address, data=None):
    return client.post(address, data or {}, content_type="application/json")


def test_a_session_of_each_kind_is_opened(client, quiz):
    topic = topic_with_statements(4)
    plan = {"topic": topic.slug, "rounds": 2}

    swiss = post(client, url(quiz), {**plan, "kind": "tournament", "format": "swiss"})
    again = post(client, url(quiz), plan)
    odd = post(client, url(quiz), {**plan, "kind": "training", "until": "2020-01-01T00:00:00Z"})
    until = (timezone.now() + timedelta(days=2)).isoformat()
    training = post(client, url(quiz), {**plan, "kind": "training", "until": until})

    assert [answer.status_code for answer in (swiss, again, odd, training)] == [200, 409, 409, 200]
    assert (swiss.json()["kind"], training.json()["phase"]) == ("tournament", "open")


def test_a_private_game_is_for_those_who_are_named(client, quiz):
    friend = quiz.players[1]
    plan = {"topic": topic_with_statements(4).slug, "rounds": 2, "kind": "private", "apart": True}

    stranger = post(client, url(quiz), {**plan, "players": ["nobody"]})
    opened = post(client, url(quiz), {**plan, "players": [friend.username]})

    assert (stranger.status_code, list(stranger.json()["fields"])) == (422, ["players"])
    assert opened.status_code == 200
    session = GameSession.objects.get(uuid=opened.json()["uuid"])
    assert session.are_neighbours_apart
    assert session.participants.filter(player=friend).exists()


def test_who_may_not_start_opens_none(client, quiz):
    quiz.room.settings.members_start_sessions = False
    quiz.room.settings.save()

    answer = post(client, url(quiz), {"topic": topic_with_statements(10).slug})

    assert (answer.status_code, GameSession.objects.count()) == (403, 1)


def test_what_was_played_is_listed_and_told(client, quiz):
    listed = client.get(url(quiz)).json()
    told = client.get(url(quiz, f"sessions/{quiz.session.uuid}")).json()

    assert [row["uuid"] for row in listed["sessions"]] == [str(quiz.session.uuid)]
    assert (listed["sessions"][0]["players"], listed["sessions"][0]["accuracy"]) == (2, 1.0)
    assert len(told["standings"]) == len(told["answers"]) == 2


def test_a_training_is_done_by_a_program(client, quiz):
    topic = topic_with_statements(2)
    uuid = post(client, url(quiz), {"topic": topic.slug, "rounds": 2, "kind": "training"}).json()["uuid"]
    shown = post(client, url(quiz, f"trainings/{uuid}/next")).json()

    answered = post(
        client,
        url(quiz, f"trainings/{uuid}/answer"),
        {"verdict": True, "round": shown["round"], "confidence": 2},
    ).json()

    assert (shown["statement"] != "", shown["last_key"]) == (True, None)
    assert (answered["answered"], answered["total"], answered["statement"]) == (1, 2, "")
    assert answered["last_key"] is not None
    assert SessionAnswer.objects.filter(round__session__uuid=uuid).count() == 1


def test_what_runs_has_no_results_and_strangers_find_nothing(client, quiz):
    running = new_quiz(room=quiz.room).begin()
    unfinished = client.get(url(quiz, f"sessions/{running.session.uuid}")).status_code
    client.force_login(PlayerFactory())

    assert unfinished == 404
    assert client.get(url(quiz, f"sessions/{quiz.session.uuid}")).status_code == 404
    assert client.get(url(quiz)).status_code == 404
