"""Who may do what with rooms."""

from django.contrib.auth.models import AnonymousUser

from messaging.models import Channel, ChannelMember
from padawanforge.kit.access import asks
from players.models import Player
from players.permissions import may, may_see_games, may_see_npcs, needs_guardian
from rooms.models import Room

MANAGERS = (ChannelMember.Role.OWNER, ChannelMember.Role.MODERATOR)


@asks("games.view", "demo.access")
def may_see_lobby(player: Player | AnonymousUser) -> bool:
    return may_see_games(player)


@asks("npcs.view", "demo.access")
def may_talk_with_npcs(player: Player | AnonymousUser) -> bool:
    return may_see_npcs(player)


@asks("games.create")
def may_create_room(player: Player | AnonymousUser) -> bool:
    return may(player, "games.create") and not needs_guardian(player)


@asks("games.delete")
def may_manage_room(player: Player, room: Room) -> bool:
    """Owners and moderators of the room, and staff who may remove rooms."""
    if may(player, "games.delete"):
        return True
    return ChannelMember.objects.filter(channel=room.channel_id, player=player, role__in=MANAGERS).exists()


@asks("games.delete")
def may_moderate_channel(player: Player, channel: Channel) -> bool:
    """The same, asked by the room's channel."""
    return may_manage_room(player, Room(channel=channel))


@asks("games.create")
def may_start_session(player: Player, room: Room) -> bool:
    """A member who may create games or manages the room; every member where the room says so."""
    member = ChannelMember.objects.filter(channel=room.channel_id, player=player).first()
    if member is None:
        return False
    return room.settings.members_start_sessions or member.role in MANAGERS or may(player, "games.create")


@asks("games.view", "demo.access")
def may_use_channel(player: Player, channel: Channel) -> bool:
    """Members of an open room, as long as a role lets them see games."""
    is_member = ChannelMember.objects.filter(channel=channel, player=player, channel__room__closed_at=None)
    return is_member.exists() and may_see_games(player)


@asks("npcs.view", "demo.access")
def may_use_talk(player: Player, channel: Channel) -> bool:
    return ChannelMember.objects.filter(channel=channel, player=player).exists() and may_see_npcs(player)
