"""Which rooms somebody knows of, and what he finds at their doors."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from messaging.models import ChannelMember
from players.models import Player
from players.permissions import may
from players.queries.relationships import hidden_from
from players.queries.rights import know_rights
from players.rules.ages import band_on
from rooms.models import JoinRequest, Room, RoomInvitation
from rooms.queries.audiences import is_for
from rooms.rules.audiences import BANDS
from rooms.rules.doors import Door, Doorway, door


def is_staff(player: Player) -> bool:
    """Those who may remove any room, and so may look into it."""
    return may(player, "games.delete")


def known_to(player: Player) -> Q:
    """Private rooms exist for those who are in them or were invited by name, and for nobody else."""
    invited = invitations_to(player, timezone.now()).filter(room=OuterRef("pk"))
    return ~Q(visibility=Room.Visibility.PRIVATE) | entered(player) | Exists(invited)


def entered(player: Player) -> Exists:
    return Exists(ChannelMember.objects.filter(channel=OuterRef("channel"), player=player))


def known_rooms(player: Player) -> QuerySet[Room]:
    """Open or closed, whether the player may enter or not: to say why he may not."""
    rooms = Room.objects.select_related("channel", "settings", "category")
    return rooms if is_staff(player) else rooms.filter(known_to(player))


def invitations_to(player: Player, now: datetime) -> QuerySet[RoomInvitation]:
    """By name and still good; not from somebody whom a block hides, who isn't told that it vanished."""
    invitations = RoomInvitation.objects.usable(now).filter(player=player)
    return invitations.exclude(invited_by__in=hidden_from(player))


def is_invited(room: Room, player: Player, now: datetime) -> bool:
    return invitations_to(player, now).filter(room=room).exists()


def door_of(room: Room, player: Player, now: datetime, *, has_link: bool = False) -> Door:
    """Under the room's lock when it is to hold; the caller has selected the settings."""
    is_member = ChannelMember.objects.filter(channel=room.channel_id, player=player).exists()
    by_staff = is_staff(player)
    here = Doorway(
        visibility=room.visibility,
        requires_approval=room.settings.require_approval,
        admits_guests=room.settings.allow_anonymous,
        is_closed=room.closed_at is not None,
        is_full=not has_place_for(room, player, now),
        is_guest=player.is_guest,
        is_member=is_member,
        is_invited=has_link or is_invited(room, player, now),
        is_staff=by_staff,
        is_of_age=is_member or by_staff or is_for(room, player),
    )
    return door(here)


def misfits_in(room: Room, audience: str) -> list[Player]:
    """Who is in the room and would not come in by his age if it were for these people; their rights are known."""
    people = Player.objects.filter(channel_memberships__channel=room.channel_id).order_by("pk")
    people, today = people.annotate(born=F("personal_info__date_of_birth")), timezone.localdate()
    misfits = [player for player in people if band_on(player.born, today) not in BANDS[audience]]
    know_rights(misfits)
    return misfits


def has_place_for(room: Room, player: Player, now: datetime) -> bool:
    """A place that is held for somebody else isn't free."""
    held = RoomInvitation.objects.holding_places(now).filter(room=room).exclude(player=player)
    return room.current_players + held.count() < room.max_players


def waiting_request(room: Room, player: Player) -> JoinRequest | None:
    return JoinRequest.objects.filter(room=room, player=player, status=JoinRequest.Status.WAITING).first()


def requests_waiting(room: Room, player: Player) -> QuerySet[JoinRequest]:
    """Who wants to be let in, as this manager sees them: who waits longest comes first."""
    waiting = JoinRequest.objects.filter(room=room, status=JoinRequest.Status.WAITING)
    seen = waiting.exclude(player__in=hidden_from(player)).select_related("player__profile")
    return seen.order_by("created_at", "pk")
