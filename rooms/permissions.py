"""Who may do what with rooms."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from messaging.models import Channel, ChannelMember
from messaging.permissions import may_moderate
from messaging.queries.membership import membership
from padawanforge.kit.access import asks
from players.models import Player
from players.permissions import may, may_see_games, may_see_npcs, needs_guardian
from rooms.models import GameSession, Reply, Room
from rooms.queries.settings import room_of, settings_of

MANAGERS = (ChannelMember.Role.OWNER, ChannelMember.Role.CO_OWNER, ChannelMember.Role.MODERATOR)


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
    return _manages(player, room.channel_id)


@asks("games.delete")
def may_let_in(player: Player, room: Room) -> bool:
    """Who decides about requests and hands out links: all who manage the room."""
    return may_manage_room(player, room)


@asks("games.delete")
def may_invite(player: Player, room: Room) -> bool:
    """Every member of a room that everybody may enter; else those who manage it. Guests invite nobody."""
    if player.is_guest:
        return False
    if room.visibility == Room.Visibility.PUBLIC and not room.settings.require_approval:
        return membership(player, room.channel_id) is not None or may_manage_room(player, room)
    return may_manage_room(player, room)


@asks("games.delete")
def may_moderate_channel(player: Player, channel: Channel) -> bool:
    """The same, asked by the room's channel."""
    return _manages(player, channel.pk)


def _manages(player: Player, channel_id: int) -> bool:
    if may(player, "games.delete"):
        return True
    member = membership(player, channel_id)
    return member is not None and member.role in MANAGERS


def may_direct_answer(player: Player, reply: Reply) -> bool:
    """Stop an answer, have it made again, choose among its variants: who asked, and who moderates the channel."""
    return reply.player_id == player.pk or may_moderate(player, reply.channel)


@asks("games.create")
def may_start_session(player: Player, room: Room) -> bool:
    """A member who may create games or manages the room; every member where the room says so."""
    member = membership(player, room.channel_id)
    if member is None:
        return False
    return room.settings.members_start_sessions or member.role in MANAGERS or may(player, "games.create")


@asks("games.create")
def may_lead_session(player: Player, session: GameSession) -> bool:
    """Whoever hosts it, and all who may start one in this room."""
    return session.host_player_id == player.pk or may_start_session(player, session.room)


@asks("games.delete", "admin.logs")
def may_see_activity(player: Player | AnonymousUser) -> bool:
    """How much is said in which room, in figures."""
    return may(player, "games.delete") or may(player, "admin.logs")


@asks("games.view", "demo.access")
def may_use_channel(player: Player, channel: Channel) -> bool:
    """Members of an open room, as long as a role lets them see games."""
    if membership(player, channel) is None or (room := room_of(channel)) is None or room.closed_at:
        return False
    chosen = settings_of(channel)
    is_shut_out = player.is_guest and chosen is not None and not chosen.allow_anonymous
    return not is_shut_out and may_see_games(player)


@asks("npcs.view", "demo.access")
def may_use_talk(player: Player, channel: Channel) -> bool:
    return membership(player, channel) is not None and may_see_npcs(player)


def readable_rooms(player: Player) -> Q | None:
    """The same as `may_use_channel`, as a condition on the channels of which the player is a member."""
    if not may_see_games(player):
        return None
    is_open = Q(room__closed_at=None)
    return is_open & ~Q(room__settings__allow_anonymous=False) if player.is_guest else is_open


def readable_talks(player: Player) -> Q | None:
    return Q() if may_see_npcs(player) else None
