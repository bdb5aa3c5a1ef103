"""A character's side of a conversation: what it still reads as it was said, and what only in short."""

from collections.abc import Sequence

from django.db.models import Q

from messaging.models import Channel, Message
from npcs.llm.layout import Window
from npcs.models import Npc
from padawanforge.kit.memory import recalled
from rooms.choices import ROOM
from rooms.models import Talk
from rooms.models.characters import Summarised
from rooms.queries.hearing import heard_messages, place_in


def conversation_of(channel: Channel, npc: Npc) -> Summarised | None:
    """Where the summary is kept: with the talk, or with the character's place in the room."""
    if channel.kind == ROOM:
        return place_in(channel, npc)
    return recalled((Talk, channel.pk, npc.pk), lambda: Talk.objects.filter(channel=channel, npc=npc).first())


def summary_holds(conversation: Summarised, channel: Channel) -> bool:
    """Nothing that it is made of was changed or taken away since."""
    if not conversation.summary or conversation.summarised_at is None:
        return False
    since = conversation.summarised_at
    changed = Q(deleted_at__gt=since) | Q(edited_at__gt=since) | Q(hidden_at__gt=since)
    made_of = Message.objects.filter(changed, channel=channel, seq__lte=conversation.summary_seq)
    return not made_of.exists()


def unsummarised(channel: Channel, npc: Npc, conversation: Summarised, limit: int) -> Sequence[Message]:
    """What was heard since the summary, oldest first."""
    said = heard_messages(channel, npc).filter(seq__gt=conversation.summary_seq)
    return list(said.with_authors().order_by("seq")[:limit])


def history_share() -> int:
    """How many tokens of a prompt the history has for itself."""
    return Window().cap("history")
