"""A player goes for good: rooms get another owner, private talks end, characters forget the name."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from messaging.models import ChannelMember, Message
from players.models import Player
from players.queries.names import names_of
from players.rules.erasure import without_names
from rooms.actions.ownership import find_owner
from rooms.actions.rooms import close_room, leave_room, locked_room
from rooms.actions.talks import end_talk
from rooms.host import plain
from rooms.models import (
    JoinRequest,
    Reply,
    Room,
    RoomInvitation,
    RoomNpc,
    RulesAcceptance,
    SessionParticipant,
    StaffEntry,
    Talk,
)


def part(*, player: Player, now: datetime) -> None:
    """Doing it again finds nothing more to do."""
    _forget_in_lines_of_characters(player)
    _leave_rooms(player, now)
    _forget_at_the_doors(player)
    # The answers stay where others read them; that they were made for this player is forgotten.
    Reply.objects.filter(player=player).update(player=None)
    # What was put in short of rooms may repeat what the player said: it is made anew without it.
    said_in = Message.objects.filter(player=player).values("channel")
    RoomNpc.objects.filter(room__channel__in=said_in).update(summary="", summary_seq=0)
    for talk in Talk.objects.filter(player=player):
        end_talk(talk)


def _leave_rooms(player: Player, now: datetime) -> None:
    entered = Room.objects.filter(channel__members__player=player)
    for room in entered.select_related("channel").order_by("pk"):
        leave_room(room=room, player=player, reason="deleted")
        _close_when_empty(room, now)
    # Owned without being a member: left earlier, or given by the console.
    for room in Room.objects.filter(owner=player).select_related("channel").order_by("pk"):
        _find_owner(room)
        _close_when_empty(room, now)


@transaction.atomic
def _find_owner(room: Room) -> None:
    find_owner(locked_room(room), reason="deleted")


def _close_when_empty(room: Room, now: datetime) -> None:
    if not ChannelMember.objects.filter(channel=room.channel_id).exists():
        close_room(room=room, now=now, reason=Room.ClosedReason.EMPTY)


def _forget_at_the_doors(player: Player) -> None:
    """Links that the player made let nobody in any more; whom he let in stays."""
    RoomInvitation.objects.filter(Q(player=player) | Q(invited_by=player)).delete()
    JoinRequest.objects.filter(player=player).delete()
    # Of what he decided about others, only that it was decided.
    JoinRequest.objects.filter(decided_by=player).update(decided_by=None, reason="")
    RulesAcceptance.objects.filter(player=player).delete()
    StaffEntry.objects.filter(player=player).delete()


def _forget_in_lines_of_characters(player: Player) -> None:
    """Hosts name the winners, and an answer may address who asked."""
    names = names_of(player.pk)
    # A host writes names with their markup made harmless.
    names += [escaped for name in names if (escaped := plain(name)) not in names]
    played = SessionParticipant.objects.filter(player=player).values("session__room__channel_id")
    hosted = Message.objects.filter(channel_id__in=played, metadata__host=True)
    answers = Message.objects.filter(answered__message__player=player)
    for lines in (hosted, answers):
        for pk, text in lines.order_by("pk").values_list("pk", "text").iterator(500):
            if (forgotten := without_names(text, names)) != text:
                Message.objects.filter(pk=pk).update(text=forgotten)
