"""Tells messaging who may read and write in rooms and private talks."""

from messaging import checks, kinds
from messaging.actions.moderation import moderate, moderate_edit
from messaging.models import Channel
from players.models import Player
from rooms import permissions
from rooms.actions.entry import refuse_without_rules
from rooms.actions.rooms import leave_room
from rooms.choices import ROOM, TALK
from rooms.models import Room
from rooms.queries.ahead import RELATED, WATCHED, read_ahead
from rooms.queries.moderation import chosen_level
from rooms.queries.replies import speaking
from rooms.queries.rooms import speaking_npcs
from rooms.queries.settings import allows, limits, notify_of
from rooms.queries.titles import room_addresses, room_titles, talk_addresses, talk_titles


def expel(channel: Channel, player: Player, reason: str) -> bool:
    """With everything that hangs on a membership: the place in the room, and the ownership."""
    return leave_room(room=Room.objects.get(channel=channel), player=player, reason=reason)


kinds.register(
    kinds.Kind(
        ROOM,
        may_read=permissions.may_use_channel,
        may_post=permissions.may_use_channel,
        readable=permissions.readable_rooms,
        titles=room_titles,
        addresses=room_addresses,
        may_moderate=permissions.may_moderate_channel,
        moderation_level=chosen_level,
        expel=expel,
        limits=limits,
        allows=allows,
        characters=speaking_npcs,
        speaking=speaking,
        notify=notify_of,
        ahead=read_ahead,
        related=RELATED,
        watched=WATCHED,
    )
)
kinds.register(
    kinds.Kind(
        TALK,
        may_read=permissions.may_use_talk,
        may_post=permissions.may_use_talk,
        readable=permissions.readable_talks,
        titles=talk_titles,
        addresses=talk_addresses,
        # It is the player's own; what the character said there may go too.
        may_moderate=permissions.may_use_talk,
        speaking=speaking,
        # Nothing besides the membership is asked, so what is said may be stored together.
        ahead=lambda members: None,
    )
)
checks.register(ROOM, refuse_without_rules)
checks.register(ROOM, moderate, edit=moderate_edit)
