"""Many at one game at the same moment, and the different people among them."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from players.models import Player, PlayerPreferences
from rooms.actions.rooms import enter_room
from rooms.actions.session_people import watch_session
from rooms.actions.session_together import Look
from rooms.models import GameSession
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.quiz import Quiz

MANY = 30


def cost(deed: Callable[[], object]) -> int:
    """How many questions it asks the database."""
    with CaptureQueriesContext(connection) as queries:
        deed()
    return len(queries)


def to_phase(quiz: Quiz, phase: str) -> Quiz:
    """Of one round: up to its lobby, question or reveal, or to the end; every second player has answered."""
    if phase != "lobby" and quiz.session.phase == "lobby":
        quiz.begin()
    if phase in ("reveal", "finished"):
        for player in quiz.players[::2]:
            quiz.answer(player)
        quiz.pass_time()
    if phase == "finished":
        quiz.pass_time()
    return quiz.look()


def hide(*players: Player) -> None:
    """From now on they stand on no board."""
    PlayerPreferences.objects.filter(player__in=players).update(privacy_level="maximum")


def all_kinds(quiz: Quiz) -> list[Player]:
    """Everybody in the room: players, one of them hidden, one with more time; somebody who watches and leads,
    somebody who only looks, a guest.
    """
    hidden, slow = quiz.players[1:3]
    hide(hidden)
    quiz.session.participants.filter(player=slow).update(time_factor=2.0)
    watcher, onlooker, guest = PlayerFactory(), PlayerFactory(), GuestFactory()
    for newcomer in (watcher, onlooker, guest):
        enter_room(room=quiz.room, player=newcomer)
    if quiz.session.ended_at is None:
        watch_session(session=quiz.session, player=watcher, now=quiz.now)
        GameSession.objects.filter(pk=quiz.session.pk).update(host_player=watcher)
    return [*quiz.players, watcher, onlooker, guest]


def looks_of_three(quiz: Quiz) -> list[Look]:
    """Of a stranger, of somebody in a room where nothing is played, and of a player."""
    idle, ada = RoomFactory(), PlayerFactory()
    enter_room(room=idle, player=ada)
    return [
        Look(PlayerFactory().pk, quiz.room.channel.uuid),
        Look(ada.pk, idle.channel.uuid),
        Look(quiz.players[0].pk, quiz.room.channel.uuid),
    ]
