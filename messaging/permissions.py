"""Who may read and write in a channel: asked of the channel's kind, with fresh rows, at every frame."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils.module_loading import import_string

from messaging import kinds
from messaging.models import Channel
from messaging.refusals import MayNotPost, NotMember
from players.models import Player


@dataclass(frozen=True, slots=True)
class Grant:
    """A player in a channel, as the database knew both a moment ago."""

    player: Player
    channel: Channel


@dataclass(frozen=True, slots=True)
class Standing:
    """What a socket may still do: stay open at all, and read in which rooms."""

    is_active: bool
    is_signed_in: bool
    readable: frozenset[UUID] = frozenset()


def may_read(player: Player, channel: Channel) -> bool:
    return player.is_active and kinds.get(channel.kind).may_read(player, channel)


def may_post(player: Player, channel: Channel) -> bool:
    return player.is_active and kinds.get(channel.kind).may_post(player, channel)


def reading(player_id: int, room: UUID) -> Grant:
    """The channel for a reader; a stranger learns nothing, not even that it exists."""
    player = Player.objects.active().select_related("profile").filter(pk=player_id).first()
    channel = Channel.objects.filter(uuid=room).first()
    if player is None or channel is None or not may_read(player, channel):
        raise NotMember("You are not in this room.")
    return Grant(player, channel)


def posting(player_id: int, room: UUID) -> Grant:
    grant = reading(player_id, room)
    if not may_post(grant.player, grant.channel):
        raise MayNotPost("You can read here, but not write.")
    return grant


def signed_in_player(session_key: str) -> Player | None:
    """Who is signed in under the session now: None after a logout, a new password or a deactivation."""
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(session_key)
    request = HttpRequest()
    request.session = store
    user = get_user(request)
    return user if isinstance(user, Player) else None


def standing(player_id: int, session_key: str, rooms: list[UUID]) -> Standing:
    """Everything about a socket's rights, read again."""
    player = Player.objects.active().filter(pk=player_id).first()
    if player is None:
        return Standing(is_active=False, is_signed_in=False)
    channels = Channel.objects.filter(uuid__in=rooms)
    return Standing(
        is_active=True,
        is_signed_in=signed_in_player(session_key) == player,
        readable=frozenset(channel.uuid for channel in channels if may_read(player, channel)),
    )
