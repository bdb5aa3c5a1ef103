"""Who may read and write in a channel: asked of the channel's kind, with fresh rows, at every frame."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from messaging import kinds
from messaging.models import Channel, ChannelMember, Message
from messaging.queries.direct import may_answer
from messaging.refusals import MayNotPost, MessageGone, NotMember
from padawanforge.kit.access import asks
from players.models import Player
from players.permissions import has_account, may
from players.queries.bans import admitted, ban_of
from players.queries.relationships import hidden_from


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
    reason: str = ""


def may_read(player: Player, channel: Channel) -> bool:
    return player.is_active and kinds.get(channel.kind).may_read(player, channel)


def may_post(player: Player, channel: Channel) -> bool:
    return player.is_active and kinds.get(channel.kind).may_post(player, channel)


def may_moderate(player: Player, channel: Channel) -> bool:
    """Whether the player may take away what others said in the channel."""
    return player.is_active and kinds.get(channel.kind).may_moderate(player, channel)


@asks("players.view")
def may_use_messages(player: Player | AnonymousUser) -> bool:
    """Writing to other players: not for guests, whom nobody could answer tomorrow."""
    return has_account(player) and may(player, "players.view")


@asks("players.view")
def may_read_conversation(player: Player, channel: Channel) -> bool:
    return ChannelMember.objects.filter(channel=channel, player=player).exists() and may_use_messages(player)


@asks("players.view")
def may_write_in_conversation(player: Player, channel: Channel) -> bool:
    return may_read_conversation(player, channel) and may_answer(player, channel)


def reading(player_id: int, room: UUID) -> Grant:
    """The channel for a reader; a stranger learns nothing, not even that it exists."""
    player = admitted(timezone.now()).select_related("profile").filter(pk=player_id).first()
    channel = Channel.objects.filter(uuid=room).first()
    if player is None or channel is None or not may_read(player, channel):
        raise NotMember("You are not in this room.")
    return Grant(player, channel)


def posting(player_id: int, room: UUID) -> Grant:
    grant = reading(player_id, room)
    if not may_post(grant.player, grant.channel):
        raise MayNotPost("You can read here, but not write.")
    return grant


def knowing(player_id: int, uuid: UUID) -> tuple[Player, Message]:
    """The player and the message, as the database knows both at this moment."""
    player = admitted(timezone.now()).select_related("profile").filter(pk=player_id).first()
    if player is None:
        raise MessageGone("There is no such message.")
    return player, message_for(player, uuid)


def message_for(player: Player, uuid: UUID) -> Message:
    """The message, if the player may read it; for everybody else there is none."""
    message = Message.objects.with_authors().select_related("channel").filter(uuid=uuid).first()
    if message is None or not may_read(player, message.channel):
        raise MessageGone("There is no such message.")
    if message.player_id is not None and message.player_id in hidden_from(player):
        raise MessageGone("There is no such message.")
    return message


def may_see_revisions(player: Player, message: Message) -> bool:
    """The author what he said before while it stands, moderators also what was deleted."""
    is_own = message.player_id == player.pk and not message.is_deleted
    return is_own or may_moderate(player, message.channel)


def signed_in_player(session_key: str) -> Player | None:
    """Who is signed in under the session now: None after a logout, a new password or a deactivation."""
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(session_key)
    request = HttpRequest()
    request.session = store
    user = get_user(request)
    return user if isinstance(user, Player) else None


def standing(player_id: int, session_key: str, rooms: list[UUID]) -> Standing:
    """Everything about a socket's rights, read again."""
    player = admitted(timezone.now()).filter(pk=player_id).first()
    if player is None:
        reason = "banned" if ban_of(player_id, timezone.now()) else "deactivated"
        return Standing(is_active=False, is_signed_in=False, reason=reason)
    channels = Channel.objects.filter(uuid__in=rooms)
    return Standing(
        is_active=True,
        is_signed_in=signed_in_player(session_key) == player,
        readable=frozenset(channel.uuid for channel in channels if may_read(player, channel)),
    )
