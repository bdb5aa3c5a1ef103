"""Tells messaging who may read and write in rooms and private talks."""

from messaging import checks, kinds
from messaging.actions.moderation import moderate, moderate_edit
from messaging.models import Channel
from players.models import Player
from rooms import permissions
from rooms.actions.rooms import leave_room
from rooms.choices import ROOM, TALK
from rooms.models import Room
from rooms.queries.moderation import chosen_level
from rooms.queries.titles import room_addresses, room_titles, talk_addresses, talk_titles


def expel(channel: Channel, player: Player, reason: str) -> bool:
    """With everything that hangs on a membership: the place in the room, and the ownership."""
    return leave_room(room=Room.objects.get(channel=channel), player=player, reason=reason)


kinds.register(
    kinds.Kind(
        ROOM,
        may_read=permissions.may_use_channel,
        may_post=permissions.may_use_channel,
        titles=room_titles,
        addresses=room_addresses,
        may_moderate=permissions.may_moderate_channel,
        moderation_level=chosen_level,
        expel=expel,
    )
)
kinds.register(
    kinds.Kind(
        TALK,
        may_read=permissions.may_use_talk,
        may_post=permissions.may_use_talk,
        titles=talk_titles,
        addresses=talk_addresses,
        # It is the player's own; what the character said there may go too.
        may_moderate=permissions.may_use_talk,
    )
)
checks.register(ROOM, moderate, edit=moderate_edit)
