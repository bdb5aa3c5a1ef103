"""What this app adds to the prompts of characters: stage directions, and what was said long ago in short.
And what it takes from their notes: whatever decides a statement that is asked in the room.
"""

from collections.abc import Iterable

from learning.queries.open_questions import sentences_of
from messaging.models import Channel
from messaging.permissions import known_channel
from npcs.actions import sections, withheld
from npcs.actions.sections import Entry, Occasion
from npcs.actions.withheld import Asking
from rooms.queries.conversations import conversation_of, summary_holds
from rooms.queries.hearing import place_in
from rooms.queries.open_statements import open_statements


def directions(occasion: Occasion) -> list[Entry]:
    """Of the room and of the character in it; only there."""
    channel = _channel(occasion) if occasion.place.kind == "room" else None
    place = place_in(channel, occasion.npc) if channel else None
    if place is None:
        return []
    texts = {"room": place.room.settings.stage_direction, "place": place.stage_direction}
    return [Entry(text, f"direction:{name}:{place.pk}") for name, text in texts.items() if text.strip()]


def summaries(occasion: Occasion) -> list[Entry]:
    channel = _channel(occasion)
    conversation = conversation_of(channel, occasion.npc) if channel else None
    if channel is None or conversation is None or not summary_holds(conversation, channel):
        return []
    subject = str(occasion.player.uuid) if occasion.player and occasion.place.kind == "talk" else ""
    return [Entry(conversation.summary, f"summary:{conversation.summary_seq}", subject=subject)]


def _channel(occasion: Occasion) -> Channel | None:
    return known_channel(occasion.place.uuid) if occasion.place.uuid else None


@withheld.register
def asked_here(asking: Asking) -> Iterable[str]:
    """Whoever asks: those who are still to answer read along."""
    return sentences_of(open_statements(asking.place)) if asking.place else []


sections.register("direction", directions)
sections.register("summary", summaries)
