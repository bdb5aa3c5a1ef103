"""What is read about coming into rooms: invitations, requests, and the rules that wait to be accepted."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from messaging.models import ChannelMember
from messaging.queries.membership import membership
from messaging.queries.moderation import age_of
from padawanforge.kit.memory import recalled
from players.models import Player
from players.queries.relationships import are_friends, hidden_from
from rooms.choices import ROOM
from rooms.models import JoinRequest, Room, RoomInvitation, RoomSettings, RulesAcceptance
from rooms.queries.doors import invitations_to, is_staff, known_rooms
from rooms.queries.settings import settings_of

# Younger players are invited by staff only.
INVITED_FROM_AGE = 13
SHOWN = 100


def may_be_invited_by(player: Player, by: Player) -> bool:
    """Friends, and who shares a room; staff invite everybody. Nobody learns which of it is missing."""
    if player.pk == by.pk or player.is_guest or not player.is_active or player.leaves_at is not None:
        return False
    if is_staff(by):
        return True
    age = age_of(player)
    if age is not None and age < INVITED_FROM_AGE:
        return False
    return are_friends(by, player) or _share_a_room(by, player)


def _share_a_room(one: Player, other: Player) -> bool:
    both = ChannelMember.objects.filter(channel=OuterRef("channel"), player=other)
    mine = ChannelMember.objects.filter(player=one, channel__kind=ROOM, channel__room__closed_at=None)
    return mine.filter(Exists(both)).exists()


def my_invitations(player: Player) -> list[RoomInvitation]:
    """Those to answer, the newest first; into rooms that are open."""
    mine = invitations_to(player, timezone.now()).filter(room__closed_at=None)
    rows = mine.select_related("room__category", "invited_by__profile", "player").order_by(
        "-created_at", "-pk"
    )
    return list(rows[:SHOWN])


def my_requests(player: Player) -> list[JoinRequest]:
    """What the player waits for, and what was decided lately; not of private rooms he has no way to know."""
    mine = JoinRequest.objects.filter(player=player, room__in=known_rooms(player).values("pk"))
    mine = mine.exclude(status=JoinRequest.Status.WITHDRAWN)
    return list(mine.select_related("room").order_by("-created_at", "-pk")[:20])


def open_invitations(room: Room, viewer: Player, now: datetime) -> list[RoomInvitation]:
    """Links and names that still let somebody in, the newest first."""
    rows = RoomInvitation.objects.usable(now).filter(room=room).exclude(player__in=hidden_from(viewer))
    rows = rows.select_related("player__profile", "invited_by__profile", "room")
    return list(rows.order_by("-created_at", "-pk")[:SHOWN])


def sent_by(player: Player, room: Room, now: datetime) -> list[RoomInvitation]:
    """For members who invite without managing the room: their own."""
    rows = RoomInvitation.objects.usable(now).filter(room=room, invited_by=player, player__isnull=False)
    return list(rows.select_related("player__profile", "invited_by__profile", "room").order_by("-pk")[:SHOWN])


def link_by(token_hash: str, now: datetime) -> RoomInvitation | None:
    rows = RoomInvitation.objects.usable(now).filter(token_hash=token_hash, room__closed_at=None)
    return rows.select_related(
        "room__settings", "room__category", "room__channel", "invited_by__profile"
    ).first()


def archived_rooms(player: Player) -> QuerySet[Room]:
    """What was the player's own and is closed, the last one first."""
    mine = Room.objects.filter(owner=player).exclude(closed_at=None).select_related("channel", "settings")
    return mine.order_by("-closed_at", "-pk")


def rules_to_accept(player: Player, channel_id: int) -> RoomSettings | None:
    """The rules of the room that the player has not agreed to in their present version; None: nothing to do.

    Who owns the room has made them.
    """
    chosen = settings_of(channel_id)
    if chosen is None or not chosen.room_rules:
        return None
    makes_them = (ChannelMember.Role.OWNER, ChannelMember.Role.CO_OWNER)
    member = membership(player, channel_id)
    is_maker = member is not None and member.role in makes_them
    return None if is_maker or has_accepted(player, channel_id, chosen) else chosen


def has_accepted(player: Player, channel_id: int, chosen: RoomSettings) -> bool:
    """Whether the player has agreed to the rules as they are now, or to later ones."""
    return recalled(
        (has_accepted, player.pk, channel_id),
        lambda: RulesAcceptance.objects.filter(
            room=chosen.room_id, player=player, version__gte=chosen.rules_version
        ).exists(),
    )
