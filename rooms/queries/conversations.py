"""A character's side of a conversation: what it still reads as it was said, and what only in short."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from messaging.models import Channel, Message
from npcs.builtin.text import token_estimate
from npcs.llm.layout import Window
from npcs.models import Npc
from padawanforge.kit.memory import keep, recalled
from padawanforge.kit.prepared import prepared
from rooms.choices import ROOM
from rooms.models import Talk
from rooms.models.characters import Summarised
from rooms.queries.hearing import heard_messages, place_in
from rooms.rules.summaries import Said


def conversation_of(channel: Channel, npc: Npc) -> Summarised | None:
    """Where the summary is kept: with the talk, or with the character's place in the room."""
    if channel.kind == ROOM:
        return place_in(channel, npc)
    return recalled((Talk, channel.pk, npc.pk), lambda: next(iter(_talks(channel.pk, npc.pk)), None))


def know_talk(channel: Channel, npc: Npc) -> None:
    """The channel was read together with its talk for this very operation."""
    talk = getattr(channel, "talk", None)
    if talk is not None and talk.npc_id == npc.pk:
        keep((Talk, channel.pk, npc.pk), talk)


@prepared
def _talks(channel_id: int, npc_id: int) -> QuerySet[Talk]:
    return Talk.objects.filter(channel=channel_id, npc=npc_id)


def summary_holds(conversation: Summarised, channel: Channel) -> bool:
    """Nothing that it is made of was changed or taken away since."""
    if not conversation.summary or conversation.summarised_at is None:
        return False
    about = channel.pk, conversation.summary_seq, conversation.summarised_at
    return not recalled((summary_holds, *about), lambda: _changed(*about))


@prepared
def _changed(channel_id: int, until: int, since: datetime) -> QuerySet[Message, int]:
    changed = Q(deleted_at__gt=since) | Q(edited_at__gt=since) | Q(hidden_at__gt=since)
    made_of = Message.objects.filter(changed, channel=channel_id, seq__lte=until)
    return made_of.values_list("pk", flat=True)[:1]


def unsummarised(channel: Channel, npc: Npc, conversation: Summarised, limit: int) -> list[Said]:
    """What was heard since the summary, oldest first; only how long it is, for it is asked after every answer."""
    said = heard_messages(channel, npc).filter(seq__gt=conversation.summary_seq)
    rows = said.order_by("seq").values_list("seq", "text")[:limit]
    return [Said(seq, token_estimate(text)) for seq, text in rows]


def heard(channel: Channel, npc: Npc, seqs: Collection[int]) -> list[Message]:
    """The messages of these numbers, with who said them, oldest first."""
    return list(heard_messages(channel, npc).filter(seq__in=seqs).with_authors().order_by("seq"))


def history_share() -> int:
    """How many tokens of a prompt the history has for itself."""
    return Window().cap("history")
