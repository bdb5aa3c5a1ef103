"""`/quiz` in a room."""

import pytest

from messaging.actions.speaking import UnknownCommand, speak
from messaging.commands import allowed_to
from rooms.actions.quiz_command import NoQuiz
from rooms.actions.rooms import enter_room
from rooms.models import GameSession
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.quiz import topic_with_statements


@pytest.fixture
def room(db):
    return RoomFactory(settings__members_start_sessions=True)


@pytest.fixture
def player(room):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    return player


def test_a_quiz_is_opened_with_the_topic_that_is_named(room, player):
    topic_with_statements(4)
    topic = topic_with_statements(3)

    told = speak(channel=room.channel, player=player, text=f"/quiz {topic.name.upper()}")

    session = GameSession.objects.get(room=room)
    assert (session.topic, session.rounds_planned, session.started_by) == (topic, 3, player)
    assert topic.name in told.text


def test_a_topic_that_does_not_exist_is_refused(room, player):
    topic_with_statements(3)

    with pytest.raises(NoQuiz, match="There is no topic"):
        speak(channel=room.channel, player=player, text="/quiz phlogiston")


def test_without_statements_there_is_no_quiz(room, player):
    with pytest.raises(NoQuiz, match="no statements"):
        speak(channel=room.channel, player=player, text="/quiz")


def test_who_may_not_start_sessions_does_not_see_the_command(room, player):
    room.settings.members_start_sessions = False
    room.settings.save()

    assert "quiz" not in [command.name for command in allowed_to(player, room.channel)]
    with pytest.raises(UnknownCommand):
        speak(channel=room.channel, player=player, text="/quiz")
