"""Who belongs to a room, as what, and what a viewer can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from messaging.models import ChannelMember
from padawanforge.kit.paging import page_of
from players.models import Player
from players.queries.relationships import hidden_from
from rooms.models import Room
from rooms.queries.doors import is_staff
from rooms.rules import ranks

PAGE = 30
ORDER = ("joined_at", "pk")


@dataclass(frozen=True, slots=True)
class RoomPerson:
    """A member with what the viewer may do: `roles` that he can give, taking out, handing over."""

    member: ChannelMember
    is_self: bool
    roles: Sequence[tuple[str, str]]
    may_remove: bool
    may_receive: bool


@dataclass(frozen=True, slots=True)
class RoomPeople:
    """Those with a role stand on the first page only; `after` is the key of the next page."""

    managers: Sequence[RoomPerson]
    members: Sequence[RoomPerson]
    after: str


def rank_of(room: Room, player: Player) -> int:
    """In this room; staff of the installation stand above its owner."""
    role = ChannelMember.objects.filter(channel=room.channel_id, player=player).values_list("role", flat=True)
    return ranks.rank(role=role.first() or "", is_staff=is_staff(player))


def people_of(room: Room, viewer: Player, *, cursor: str = "", limit: int = PAGE) -> RoomPeople:
    own = rank_of(room, viewer)
    rows = ChannelMember.objects.filter(channel=room.channel_id).exclude(player__in=hidden_from(viewer))
    rows = rows.select_related("player__profile")
    simple = rows.filter(role=ranks.MEMBER)
    page = page_of(simple, order=ORDER, cursor=cursor, limit=limit)
    managers = [] if cursor else sorted(rows.exclude(role=ranks.MEMBER).order_by(*ORDER), key=_by_rank)
    return RoomPeople(
        managers=[_person(member, viewer, own) for member in managers],
        members=[_person(member, viewer, own) for member in page.rows],
        after=page.after,
    )


def _by_rank(member: ChannelMember) -> int:
    return -ranks.RANKS[member.role]


def _person(member: ChannelMember, viewer: Player, own: int) -> RoomPerson:
    is_self = member.player_id == viewer.pk
    labels = dict(ChannelMember.Role.choices)
    givable = [] if is_self or member.player.is_guest else ranks.givable(own=own, current=member.role)
    return RoomPerson(
        member=member,
        is_self=is_self,
        roles=[(role, labels[role]) for role in givable],
        may_remove=not is_self and ranks.may_remove(own=own, current=member.role),
        may_receive=own >= ranks.RANKS[ranks.OWNER]
        and member.role != ranks.OWNER
        and not member.player.is_guest,
    )
