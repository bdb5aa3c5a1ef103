"""Saying something differently: the talk branches off there, and what was said before stays as it was.

A branch is a talk of its own. It begins with copies of what came before, so that everything that reads a channel
reads it whole; the old talk keeps every word. What the character remembers follows the branch that is used.
"""

from django.db import transaction

from messaging.models import Channel, ChannelEvent, Message
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms.actions.talk import say_in_talk
from rooms.actions.talks import TALKS_OF_PAIR, TooManyTalks, make_talk
from rooms.models import Talk
from rooms.models.talk import TITLE_MAX_LENGTH

# A branch of a longer talk would be copied for seconds.
LONGEST = 2000
# Of what is known of an answer: by which engine, from which sources.
KEPT = ("engine", "sources", "outcome")


class NotToBranch(DomainError):
    code = "invalid"


@transaction.atomic
def branch(*, talk: Talk, message: Message, text: str) -> Talk:
    """A talk in which that message says something else; the character answers it anew."""
    if message.channel_id != talk.channel_id or message.player_id != talk.player_id or message.is_deleted:
        raise NotToBranch("Only what you said yourself can be said differently.")
    Player.objects.select_for_update().get(pk=talk.player_id)
    if Talk.objects.shown().filter(player=talk.player, npc=talk.npc).count() >= TALKS_OF_PAIR:
        raise TooManyTalks(f"You have {TALKS_OF_PAIR} talks with {talk.npc.name}. Put one aside first.")
    title = f"{talk.title or 'Talk'} (branch)"[:TITLE_MAX_LENGTH]
    made = make_talk(
        player=talk.player,
        npc=talk.npc,
        parent=talk,
        branched_seq=message.seq,
        title=title,
        context=talk.context,
    )
    _copy(talk, made, before=message.seq)
    said = say_in_talk(talk=made, text=text)
    if not hasattr(said, "message"):
        raise NotToBranch("A command can't begin a branch. Write what you would rather have said.")
    return made


def _copy(talk: Talk, made: Talk, *, before: int) -> None:
    """What was said up to there, by whom and when; not what was deleted, and no lines of the system.

    Row by row as it was: nobody is told of it, and it uses up nobody's limits a second time.
    """
    said = Message.objects.filter(channel=talk.channel_id, seq__lt=before, deleted_at=None)
    said = said.exclude(type=Message.Type.SYSTEM).order_by("-seq")[:LONGEST]
    originals = list(said)[::-1]
    # Somebody came in, says the log of the new channel already.
    begins = Channel.objects.values_list("last_seq", flat=True).get(pk=made.channel_id) + 1
    copies = Message.objects.bulk_create(
        Message(
            channel=made.channel,
            seq=seq,
            type=original.type,
            player_id=original.player_id,
            npc_id=original.npc_id,
            text=original.text,
            metadata={name: original.metadata[name] for name in KEPT if name in original.metadata},
        )
        for seq, original in enumerate(originals, start=begins)
    )
    for copy, original in zip(copies, originals, strict=True):
        copy.sent_at = original.sent_at
    Message.objects.bulk_update(copies, ["sent_at"], batch_size=500)
    ChannelEvent.objects.bulk_create(
        ChannelEvent(channel=made.channel, seq=copy.seq, type="message.created", message=copy)
        for copy in copies
    )
    Channel.objects.filter(pk=made.channel_id).update(last_seq=begins - 1 + len(copies))
