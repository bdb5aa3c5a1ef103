"""Games in which a tutor is asked for hints."""

from learning.models import Hint
from npcs.models import Npc
from rooms.models import RoomNpc
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.rooms.quiz import Quiz, new_quiz

SENTENCES = (
    "Saturn has a density below that of water.",
    "Rome was founded beside the Tiber.",
    "Bees dance to show where flowers grow.",
    "An octopus tastes with its arms.",
)


def topic_of(*sentences):
    topic = TopicFactory()
    for number, text in enumerate(sentences or SENTENCES):
        StatementFactory(
            topic=topic, text=text, answer=bool(number % 2), explanation=f"Hidden reason {number}."
        )
    return topic


def play(*, role=RoomNpc.Role.TUTOR, **quiz) -> Quiz:
    """A quiz of two rounds whose first question is open, in a room with Vega; two statements are left over."""
    room = RoomFactory(settings__members_start_sessions=True)
    RoomNpcFactory(
        room=room, npc=Npc.objects.filter(name="Vega").first() or NpcFactory(name="Vega"), role=role
    )
    quiz = {"rounds": 2, "topic": topic_of(), **quiz}
    return new_quiz(room=room, **quiz).begin()


def levels():
    return list(Hint.objects.order_by("pk").values_list("level", flat=True))
