"""`/quiz`: opens a quiz in the room, with the topic that is named or the likeliest one."""

from random import Random

from django.utils import timezone

from learning.models import Topic
from learning.queries.statements import pick_statements, topics_with_counts
from messaging.commands import Call, Command, Told, register
from messaging.models import Channel
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms.actions.sessions import Plan, open_session
from rooms.choices import ROOM
from rooms.models import Room
from rooms.permissions import may_start_session

ROUNDS = 10


class NoQuiz(DomainError):
    code = "command"


def begin(call: Call) -> Told:
    """With as many statements as there are, at most ten; who opens it takes part."""
    room = _room_of(call.channel)
    if room is None or not may_start_session(call.player, room):
        raise NoQuiz("You can't start a quiz here.")
    topic = _topic(room, call.arguments)
    rounds = len(pick_statements(topic=topic, difficulty="", count=ROUNDS, rng=Random(0)))
    open_session(room=room, player=call.player, plan=Plan(topic, rounds=rounds), now=timezone.now())
    return Told(f"A quiz about {topic.name} is open. Press ready, and begin when all are.")


def may_begin(player: Player, channel: Channel) -> bool:
    room = _room_of(channel)
    return room is not None and may_start_session(player, room)


def _room_of(channel: Channel) -> Room | None:
    if channel.kind != ROOM:
        return None
    return Room.objects.select_related("settings", "channel").filter(channel=channel).first()


def _topic(room: Room, name: str) -> Topic:
    topics = topics_with_counts()
    if name:
        found = topics.filter(name__iexact=name).first() or topics.filter(name__icontains=name).first()
        if found is None:
            raise NoQuiz(f"There is no topic “{name[:60]}”. Write /quiz alone for one of this room.")
        return found
    known = topics.filter(statements__npc__room_places__room=room).first() or topics.first()
    if known is None:
        raise NoQuiz("There are no statements to play with yet.")
    return known


register(Command("quiz", "topic", "Opens a quiz in this room.", begin, may_begin))
