"""Whose room it is: handed over by the owner, or passed on when he goes."""

from django.db import transaction

from messaging.actions.messages import record_event
from messaging.models import ChannelMember
from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.models import Player
from players.permissions import needs_guardian
from rooms.models import Room
from rooms.queries.people import rank_of
from rooms.rules import ranks

Role = ChannelMember.Role


class TransferRefused(DomainError):
    code = "forbidden"


@transaction.atomic
def transfer_room(*, room: Room, by: Player, to: Player) -> None:
    """The owner, or staff, hands the room over; the former owner stays as a co-owner."""
    # One after the other: of two who hand the same room over at once, the second no longer owns it.
    room = Room.objects.select_for_update(of=("self",)).select_related("channel").get(pk=room.pk)
    if rank_of(room, by) < ranks.RANKS[ranks.OWNER]:
        raise TransferRefused("Only the owner can hand this room over.")
    heir = ChannelMember.objects.filter(channel=room.channel_id, player=to).select_related("player").first()
    if heir is None:
        raise TransferRefused("Only somebody who is in the room can own it.")
    if heir.role == Role.OWNER:
        raise TransferRefused("The room is theirs already.")
    if problem := problem_of_owner(heir.player):
        raise TransferRefused(problem)
    ChannelMember.objects.filter(channel=room.channel_id, role=Role.OWNER).update(role=Role.CO_OWNER)
    _make_owner(room, heir, reason="transferred", actor=by)
    record(actor=by, verb="room.transferred", subject=room, after={"owner": str(to.uuid)})


def find_owner(room: Room, *, reason: str = "left") -> bool:
    """Pass the room on to its longest-serving co-owner, else moderator, else member; False: there is nobody.

    Call it under the room's lock, after the owner's membership has ended.
    """
    heirs = ChannelMember.objects.filter(channel=room.channel_id).select_related("player")
    present = heirs.filter(player__is_guest=False, player__is_active=True, player__leaves_at=None)
    by_service = sorted(present.order_by("joined_at", "pk"), key=lambda member: -ranks.RANKS[member.role])
    # Somebody who could not open a room of his own gets one only when nobody else is there.
    able = (member for member in by_service if not problem_of_owner(member.player))
    heir = next(able, None) or next(iter(by_service), None)
    if heir is None:
        Room.objects.filter(pk=room.pk).update(owner=None)
        return False
    _make_owner(room, heir, reason=reason, actor=None)
    return True


def problem_of_owner(player: Player) -> str:
    if player.is_guest:
        return "Guests can't own a room. They can make an account first."
    return "This player needs a guardian's agreement first." if needs_guardian(player) else ""


def _make_owner(room: Room, heir: ChannelMember, *, reason: str, actor: Player | None) -> None:
    Room.objects.filter(pk=room.pk).update(owner=heir.player)
    ChannelMember.objects.filter(pk=heir.pk).update(role=Role.OWNER)
    payload = {"owner": str(heir.player.uuid), "reason": reason}
    record_event(channel=room.channel, type="room.owner", payload=payload, actor=actor)
