"""Private talks: begun, named, put aside, deleted, and branched off where something should have been said differently."""

from django.db import transaction

from messaging.actions.channels import add_member, open_channel
from messaging.actions.messages import post_message
from messaging.events import access_changed
from messaging.models import MESSAGE_MAX_LENGTH, Channel, ChannelEvent, Message
from npcs.actions.memory_keeping import forget_talk, forget_words
from npcs.models import Npc
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.models import Player
from rooms.actions.recall import stand_alone
from rooms.choices import TALK
from rooms.models import Reply, Talk
from rooms.models.talk import TITLE_MAX_LENGTH
from rooms.queries.talks import family_of

# Of one player with one character; whoever wants more puts some aside.
TALKS_OF_PAIR = 50


class TooManyTalks(DomainError):
    code = "limit"


class TitleTooLong(DomainError):
    code = "too_long"


@transaction.atomic
def open_talk(*, player: Player, npc: Npc) -> Talk:
    """The talk of the two that was used last; the character greets when there is none yet."""
    if talk := _last_talk(player, npc):
        return talk
    # The player's row is the lock, so that two tabs make one talk.
    Player.objects.select_for_update().get(pk=player.pk)
    return _last_talk(player, npc) or _create(player, npc)


@transaction.atomic
def begin_talk(*, player: Player, npc: Npc) -> Talk:
    """One more talk of the two, which knows nothing of the others."""
    Player.objects.select_for_update().get(pk=player.pk)
    if Talk.objects.shown().filter(player=player, npc=npc).count() >= TALKS_OF_PAIR:
        raise TooManyTalks(f"You have {TALKS_OF_PAIR} talks with {npc.name}. Put one aside first.")
    return _create(player, npc)


def rename_talk(*, talk: Talk, title: str) -> None:
    title = clean_text(title).replace("\n", " ")
    if len(title) > TITLE_MAX_LENGTH:
        raise TitleTooLong(f"A title has at most {TITLE_MAX_LENGTH} characters.")
    talk.title = title
    talk.save(update_fields=["title", "updated_at"])


def put_aside(*, talk: Talk, is_archived: bool) -> None:
    """Out of the list, or back into it; nothing of it is lost."""
    talk.is_archived = is_archived
    talk.save(update_fields=["is_archived", "updated_at"])


@transaction.atomic
def delete_talk(*, talk: Talk, with_memories: bool = False) -> int:
    """Delete it for good, with every word and its summary; how many memories went with it.

    What the character has noted of the player stays unless it is to go, too. A talk that branched off this one
    has copies of what came before, and stays as it is. An answer that is being made ends.
    """
    place, player = talk.channel.uuid, talk.player
    forgotten = forget_talk(place=place, player=player, npc=talk.npc) if with_memories else 0
    forget_words(place=place, player=player)
    left = [one for one in family_of(talk) if one.pk != talk.pk]
    access_changed(player, channel=talk.channel, reason="talk_deleted")
    end_talk(talk)
    stand_alone(talks=left)
    return forgotten


def end_talk(talk: Talk) -> None:
    """Nobody else has ever read it, so nothing of it stays; in the transaction of its caller."""
    said = Message.objects.filter(channel=talk.channel_id)
    Reply.objects.filter(message__in=said).delete()
    ChannelEvent.objects.filter(channel=talk.channel_id).delete()
    said.delete()
    channel_id = talk.channel_id
    talk.delete()
    Channel.objects.filter(pk=channel_id).delete()


def remove_empty_talks() -> int:
    """Delete the channels whose talk is gone with its player or its character; how many there were."""
    # A talk is made in one transaction with its channel, so none in the making is seen here.
    _, rows = Channel.objects.filter(kind=TALK, talk=None).delete()
    return rows.get(Channel._meta.label, 0)


def _last_talk(player: Player, npc: Npc) -> Talk | None:
    talks = Talk.objects.shown().filter(player=player, npc=npc).select_related("channel", "player__profile")
    return talks.newest_first().first()


def _create(player: Player, npc: Npc) -> Talk:
    talk = make_talk(player=player, npc=npc)
    if greeting := clean_text(npc.greeting)[:MESSAGE_MAX_LENGTH]:
        post_message(channel=talk.channel, npc=npc, text=greeting)
    return talk


def make_talk(*, player: Player, npc: Npc, **fields: object) -> Talk:
    """Without a word in it; in the transaction of its caller."""
    talk = Talk.objects.create(player=player, npc=npc, channel=open_channel(kind=TALK), **fields)
    add_member(channel=talk.channel, player=player)
    return talk
