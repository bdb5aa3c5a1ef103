"""Who can be called in a channel, and where a player was."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from messaging import kinds
from messaging.models import Channel, ChannelMember, Message, MessageMention
from messaging.queries.channels import readable_channels
from messaging.queries.listeners import Notify, members_who_chose
from messaging.rules.mentions import usernames_in
from npcs.models import Npc
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.prepared import prepared
from players.models import Player
from players.queries.relationships import hidden_from

PAGE = 30
SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who could be meant by the beginning of a name; `insert` is what is written after the sign."""

    kind: str
    name: str
    insert: str
    hint: str = ""


def players_called(text: str, channel: Channel, author: Player) -> list[Player]:
    """Those named in the text who can read it, and whom no block keeps apart from the author."""
    names = usernames_in(text)
    if not names:
        return []
    found = _of_names(names)
    hidden = hidden_from(author) if found else frozenset()
    may_read = kinds.get(channel.kind).may_read
    return [player for player in found if player.pk not in hidden and may_read(player, channel)]


@prepared
def _of_names(names: Collection[str]) -> QuerySet[Player]:
    return Player.objects.filter(username__in=names, is_active=True).order_by("pk")


def characters_of(channel: Channel) -> list[Npc]:
    """The characters that may be called in the channel."""
    return kinds.get(channel.kind).characters(channel)


def calls_people(message: Message) -> bool:
    """Whether it calls anybody but characters, by the rows that were kept with it."""
    rows = message.mentions.all() if "@" in message.text else ()
    return any(row.kind != MessageMention.Kind.NPC for row in rows)


def people_here(channel: Channel, author: Player) -> list[Player]:
    """Whom a call of everybody reaches: the members but for the author and who wants to hear of nothing here."""
    return [member.player for member in _reached(channel, author).select_related("player").order_by("pk")]


def _reached(channel: Channel, author: Player) -> QuerySet[ChannelMember]:
    members = ChannelMember.objects.filter(channel=channel)
    members = members.exclude(player=author).exclude(player__in=hidden_from(author))
    return members.exclude(pk__in=members_who_chose(Notify.NOTHING, channel).values("pk"))


def suggestions(
    channel: Channel, player: Player, beginning: str, *, with_here: bool = False
) -> list[Suggestion]:
    """Whom the player could mean, by the beginning of a name: characters first, then members."""
    begin = clean_text(beginning).casefold()
    found = [
        Suggestion("npc", npc.name, npc.name, "Character")
        for npc in characters_of(channel)
        if npc.name.casefold().startswith(begin)
    ]
    if with_here and "here".startswith(begin):
        count = _reached(channel, player).count()
        hint = "Tells 1 person" if count == 1 else f"Tells {count} people"
        found.append(Suggestion("here", "Everybody here", "here", hint))
    return (found + _members(channel, player, begin))[:SUGGESTED]


def _members(channel: Channel, player: Player, begin: str) -> list[Suggestion]:
    rows = ChannelMember.objects.filter(channel=channel).exclude(player=player)
    rows = rows.exclude(player__in=hidden_from(player)).select_related("player__profile")
    shown = rows.annotate(shown=Lower("player__profile__display_name"))
    fits = Q(player__username__startswith=begin) | Q(shown__startswith=begin)
    return [
        Suggestion("player", row.player.name, row.player.username, f"@{row.player.username}")
        for row in shown.filter(fits, player__is_active=True).order_by("player__username")[:SUGGESTED]
    ]


def mentions_of(player: Player, *, after: str = "", limit: int = PAGE) -> Page:
    """Where others call the player, the newest first; only what he may still read."""
    readable = Message.objects.visible_to(player).exclude(player__in=hidden_from(player))
    readable = readable.filter(deleted_at=None, hidden_at=None, channel__in=readable_channels(player))
    rows = MessageMention.objects.filter(player=player, message__in=readable)
    rows = rows.select_related("message__channel", "message__player__profile", "message__npc")
    return page_of(rows, order=("-pk",), cursor=after, limit=limit)
