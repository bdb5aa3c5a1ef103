"""A player goes for good: rooms get another owner, private talks end, characters forget the name."""

from datetime import datetime

from messaging.models import Channel, ChannelEvent, ChannelMember, Message
from players.models import Player
from players.queries.names import names_of
from players.rules.erasure import without_names
from rooms.actions.rooms import close_room, find_owner, leave_room
from rooms.host import plain
from rooms.models import Reply, Room, SessionParticipant, Talk


def part(*, player: Player, now: datetime) -> None:
    """Doing it again finds nothing more to do."""
    _forget_in_lines_of_characters(player)
    _leave_rooms(player, now)
    for talk in Talk.objects.filter(player=player):
        _end_talk(talk)


def _leave_rooms(player: Player, now: datetime) -> None:
    entered = Room.objects.filter(channel__members__player=player)
    for room in entered.select_related("channel").order_by("pk"):
        leave_room(room=room, player=player)
        _close_when_empty(room, now)
    # Owned without being a member: left earlier, or given by the console.
    for room in Room.objects.filter(owner=player).select_related("channel").order_by("pk"):
        find_owner(room)
        _close_when_empty(room, now)


def _close_when_empty(room: Room, now: datetime) -> None:
    if not ChannelMember.objects.filter(channel=room.channel_id).exists():
        close_room(room=room, now=now)


def _end_talk(talk: Talk) -> None:
    """Nobody else has ever read it, so nothing of it stays."""
    said = Message.objects.filter(channel=talk.channel_id)
    Reply.objects.filter(message__in=said).delete()
    ChannelEvent.objects.filter(channel=talk.channel_id).delete()
    said.delete()
    channel_id = talk.channel_id
    talk.delete()
    Channel.objects.filter(pk=channel_id).delete()


def _forget_in_lines_of_characters(player: Player) -> None:
    """Hosts name the winners, and an answer may address who asked."""
    names = names_of(player.pk)
    # A host writes names with their markup made harmless.
    names += [escaped for name in names if (escaped := plain(name)) not in names]
    played = SessionParticipant.objects.filter(player=player).values("session__room__channel_id")
    hosted = Message.objects.filter(channel_id__in=played, type=Message.Type.NPC, metadata__host=True)
    answers = Message.objects.filter(answered__message__player=player)
    for lines in (hosted, answers):
        for pk, text in lines.order_by("pk").values_list("pk", "text").iterator(500):
            if (forgotten := without_names(text, names)) != text:
                Message.objects.filter(pk=pk).update(text=forgotten)
