"""What several questions about players and channels will ask, read for all of them at once.

It changes nothing of what is asked: in a reading (see padawanforge.kit.memory) the answers are at hand then.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging import kinds
from messaging.models import Channel, ChannelMember, Draft, Message, Sanction
from messaging.queries.listeners import told_about_key
from messaging.queries.moderation import WORDS_KEY, lists_at, sanctions_on, youngest_key
from messaging.queries.presence import know_unseen
from messaging.queries.remembered import (
    SAID_FOR,
    Remembered,
    remember,
    remember_said,
    remembered_as,
    version,
)
from padawanforge.kit import near
from padawanforge.kit.memory import is_known, keep
from padawanforge.kit.prepared import prepared
from padawanforge.kit.versions import are_versions_told
from players.models import Player, SiteBan
from players.queries.bans import admitted
from players.queries.relationships import know_hidden
from players.queries.rights import know_rights
from players.queries.sessions import know_sessions


@dataclass(frozen=True, slots=True)
class Wish:
    """Plain words that a player would say in a channel."""

    player_id: int
    room: UUID
    client_id: UUID
    text: str

    @property
    def place(self) -> tuple[int, UUID]:
        return self.player_id, self.room


@dataclass(frozen=True, slots=True)
class Beat:
    """The heartbeat of a socket: who holds it, where it listens, and where it hears what others don't."""

    connection: UUID
    player_id: int
    session_key: str
    state: str
    rooms: Sequence[UUID]
    overheard: Collection[UUID] = ()
    # Those of the rooms that were opened; the others were only asked for so far.
    shown: Sequence[UUID] = ()
    # What it takes up of how many sockets there may be.
    slots: Sequence[str] = ()


def read_ahead(wishes: Collection[Wish], now: datetime) -> None:
    """For sending; each of a player and a channel may come once."""
    players = {wish.player_id for wish in wishes}
    members = know_members(players, {wish.room for wish in wishes}, now)
    said: dict[tuple[int, int], list[tuple[datetime, str]]] = defaultdict(list)
    since = now - SAID_FOR
    for player_id, channel_id, sent_at, text in _said(players, {row.channel_id for row in members}, since):
        said[player_id, channel_id].append((sent_at, text))
    for member in members:
        pair = member.player_id, member.channel_id
        keep((Message, *pair), said[pair])
        remember_said((member.player_id, member.channel.uuid), said[pair], now)
    _know_cached({row.channel_id for row in members})


def know_again(place: Remembered, now: datetime) -> datetime:
    """For sending, from what is remembered; since when whatever the player says is not among it."""
    member = place.member
    know_rights([member.player])
    _keep_member(member, [])
    if ahead := kinds.get(member.channel.kind).ahead:
        ahead([member])
    since = max(place.since, now - SAID_FOR)
    keep(
        (Message, member.player_id, member.channel_id),
        [entry for entry in place.said if entry[0] > now - SAID_FOR],
    )
    _know_cached({member.channel_id})
    return since


def know_sockets(beats: Collection[Beat], now: datetime) -> None:
    """For looking at the rights of these sockets and at whom they see."""
    players = {beat.player_id for beat in beats}
    rooms = {room for beat in beats for room in beat.rooms}
    (_know_changed if are_versions_told() else know_members)(players, rooms, now)
    _know_around(players, rooms, now)
    know_sessions({beat.session_key for beat in beats})


def know_places(players: Collection[int], rooms: Collection[UUID], now: datetime) -> None:
    """For looking at what these players may do in these channels, and at whom they see there."""
    know_members(players, rooms, now)
    _know_around(players, rooms, now)


def _know_around(players: Collection[int], rooms: Collection[UUID], now: datetime) -> None:
    strange = [room for room in rooms if not is_known((Channel, room))]
    for channel in Channel.objects.filter(uuid__in=strange) if strange else ():
        keep((Channel, channel.uuid), channel)
    know_present(players, now)
    know_hidden(players)
    know_unseen(players)


def know_present(players: Collection[int], now: datetime) -> None:
    """Those of the players who belong to no channel that was asked about, such as with their own log alone."""
    missing = {pk for pk in players if not is_known((Player, pk))}
    rows = _present(missing, now) if missing else []
    know_rights(rows)
    found = {row.pk: row for row in rows}
    for pk in missing:
        keep((Player, pk), found.get(pk))


@prepared
def _present(players: Collection[int], now: datetime) -> QuerySet[Player]:
    return admitted(now).select_related("profile").filter(pk__in=players)


def know_members(players: Collection[int], rooms: Collection[UUID], now: datetime) -> list[Any]:
    """The rows (ChannelMember) of these players in these channels, with all that their rights there depend on.

    One query and what the kinds need besides. Of strangers nothing is known; what they ask is looked up.
    """
    members: list[Any] = _members(players, rooms, now) if players and rooms else []
    people = {member.player_id: member.player for member in members}
    channels = {member.channel_id: member.channel for member in members}
    know_rights(people.values())
    measured = _sanctions_on({member.player_id for member in members if member.is_measured}, now)
    for member in members:
        # One object for each, as if it had been read by itself.
        member.player, member.channel = people[member.player_id], channels[member.channel_id]
        _keep_member(member, measured[member.player_id])
    remember(member for member in members if kinds.get(member.channel.kind).ahead)
    _look_ahead(members)
    return members


def _know_changed(players: Collection[int], rooms: Collection[UUID], now: datetime) -> None:
    """As `know_members`, but what is remembered of a member is read again only if it has changed.

    Of the member's row itself only the role is looked at, which is all that his rights depend on.
    """
    same, others = [], []
    told = _told(players, rooms, now) if players and rooms else ()
    for player_id, room, seq, version_now, is_special in told:
        member = None if is_special else remembered_as((player_id, room), version_now)
        if member is None:
            others.append((player_id, room))
        else:
            member.channel.last_seq = seq
            same.append(member)
    know_rights([member.player for member in same])
    for member in same:
        _keep_member(member, [])
    _look_ahead(same)
    if others:
        know_members({player_id for player_id, _ in others}, {room for _, room in others}, now)


def _look_ahead(members: Collection[Any]) -> None:
    for slug in {member.channel.kind for member in members}:
        if ahead := kinds.get(slug).ahead:
            ahead([member for member in members if member.channel.kind == slug])


def _keep_member(member: Any, measured: Sequence[Sanction]) -> None:
    is_admitted = member.player.is_active and not member.is_shut_out
    keep((Player, member.player_id), member.player if is_admitted else None)
    keep((Sanction, member.player_id), measured)
    keep((Channel, member.channel.uuid), member.channel)
    keep((ChannelMember, member.player_id, member.channel_id), member)
    keep((Draft, member.player_id, member.channel_id), member.has_draft)


def _know_cached(channels: Collection[int]) -> None:
    """What the cache knows of what is asked with every message, in one question at most."""
    found = near.get_many([WORDS_KEY, *map(youngest_key, channels), *map(told_about_key, channels)])
    keep(WORDS_KEY, lists_at(found.pop(WORDS_KEY, None)))
    for key, value in found.items():
        keep(key, value)


@prepared
def _said(
    players: Collection[int], channels: Collection[int], since: datetime
) -> QuerySet[Message, tuple[int, int, datetime, str]]:
    rows = Message.objects.filter(player__in=players, channel__in=channels, sent_at__gt=since)
    return rows.values_list("player", "channel", "sent_at", "text")


@prepared
def _members(players: Collection[int], rooms: Collection[UUID], now: datetime) -> QuerySet[ChannelMember]:
    found = ChannelMember.objects.filter(player__in=players, channel__uuid__in=rooms)
    return found.select_related("player__profile", "channel", *kinds.related()).annotate(
        **_flags(now), version=version()
    )


@prepared
def _told(
    players: Collection[int], rooms: Collection[UUID], now: datetime
) -> QuerySet[Any, tuple[int, UUID, int, str, bool]]:
    """Player, channel, its last number, version, and whether more has to be known than is remembered."""
    found = ChannelMember.objects.filter(player__in=players, channel__uuid__in=rooms)
    is_special = Q(is_shut_out=True) | Q(is_measured=True) | Q(has_draft=True)
    rows = found.alias(**_flags(now)).annotate(version=version(), is_special=is_special)
    return rows.values_list("player_id", "channel__uuid", "channel__last_seq", "version", "is_special")


def _flags(now: datetime) -> dict[str, Exists]:
    begun = Draft.objects.filter(player=OuterRef("player"), channel=OuterRef("channel"), parent=None)
    return {
        "is_shut_out": Exists(SiteBan.objects.in_force(now).filter(player=OuterRef("player"))),
        "is_measured": Exists(Sanction.objects.in_force(now).filter(target=OuterRef("player"))),
        "has_draft": Exists(begun),
    }


def _sanctions_on(players: Collection[int], now: datetime) -> dict[int, list[Sanction]]:
    by_target: dict[int, list[Sanction]] = defaultdict(list)
    for row in sanctions_on(players, now) if players else ():
        by_target[row.target_id].append(row)
    return by_target
