"""Who may read and write in a channel: asked of the channel's kind, with fresh rows, at every frame."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from messaging import kinds
from messaging.models import Attachment, Channel, ChannelMember, DirectState, Message
from messaging.queries.direct import may_answer
from messaging.queries.moderation import in_force
from messaging.refusals import MayNotPost, MessageGone, NotMember
from messaging.rules.sanctions import BAN
from padawanforge.kit.access import asks
from padawanforge.kit.memory import recalled
from players.models import Player
from players.permissions import has_account, may
from players.queries.bans import admitted, ban_of
from players.queries.relationships import hidden_from
from players.queries.sessions import stored_session


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
    moderated: frozenset[UUID] = frozenset()
    # Of the other rooms those where a ban ends some day, and when.
    shut_until: Mapping[UUID, datetime] = field(default_factory=dict)
    reason: str = ""


def may_read(player: Player, channel: Channel) -> bool:
    return player.is_active and kinds.get(channel.kind).may_read(player, channel)


def may_post(player: Player, channel: Channel) -> bool:
    return player.is_active and kinds.get(channel.kind).may_post(player, channel)


def may_moderate(player: Player, channel: Channel) -> bool:
    """Whether the player may take away what others said in the channel."""
    return player.is_active and kinds.get(channel.kind).may_moderate(player, channel)


def may_use(channel: Channel, feature: str) -> bool:
    """Whether one of `kinds.FEATURES` is switched on in the channel; who may use it is another question."""
    if feature not in kinds.FEATURES:
        raise ValueError(f"There is no feature {feature!r}.")
    return kinds.get(channel.kind).allows(channel, feature)


@asks("players.view")
def may_use_messages(player: Player | AnonymousUser) -> bool:
    """Writing to other players: not for guests, whom nobody could answer tomorrow."""
    return has_account(player) and may(player, "players.view")


@asks("players.view")
def may_read_conversation(player: Player, channel: Channel) -> bool:
    return ChannelMember.objects.filter(channel=channel, player=player).exists() and may_use_messages(player)


def readable_conversations(player: Player) -> Q | None:
    """What was declined stays out of sight."""
    if not may_use_messages(player):
        return None
    mine = DirectState.objects.filter(conversation__channel=OuterRef("pk"), player=player)
    return Q(Exists(mine.exclude(standing=DirectState.Standing.DECLINED)))


@asks("players.view")
def may_write_in_conversation(player: Player, channel: Channel) -> bool:
    return may_read_conversation(player, channel) and may_answer(player, channel)


def is_own_log(player: Player, channel: Channel) -> bool:
    return channel.uuid == player.uuid


def reading(player_id: int, room: UUID) -> Grant:
    """The channel for a reader; a stranger learns nothing, not even that it exists."""
    player = present_player(player_id)
    channel = known_channel(room)
    if player is None or channel is None or not may_read(player, channel):
        raise NotMember("You are not in this room.", until=_shut_until(player, channel))
    return Grant(player, channel)


def _shut_until(player: Player | None, channel: Channel | None) -> datetime | None:
    """When the player may come back into the channel; None when he isn't banned, or without end."""
    if player is None or channel is None:
        return None
    # What lasts longest comes first.
    bans = (row for row in in_force(player, channel, timezone.now()) if row.kind == BAN)
    return next((row.ends_at for row in bans), None)


def known_channel(room: UUID) -> Channel | None:
    return recalled((Channel, room), lambda: Channel.objects.filter(uuid=room).first())


def present_player(player_id: int) -> Player | None:
    """Read with what his words and rights need; None when he is shut out."""
    return recalled((Player, player_id), lambda: _admitted(player_id))


def _admitted(player_id: int) -> Player | None:
    return admitted(timezone.now()).select_related("profile").filter(pk=player_id).first()


def posting(player_id: int, room: UUID) -> Grant:
    grant = reading(player_id, room)
    if not may_post(grant.player, grant.channel):
        raise MayNotPost("You can read here, but not write.")
    return grant


def knowing(player_id: int, uuid: UUID) -> tuple[Player, Message]:
    """The player and the message, as the database knows both at this moment."""
    player = present_player(player_id)
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
    if not is_shown(message, player):
        raise MessageGone("There is no such message.")
    return message


def is_shown(message: Message, player: Player) -> bool:
    """Whether a message of a channel that the player reads is for his eyes."""
    is_overheard = message.whisper_to_id is not None and not message.is_whisper_for(player)
    moderates = is_overheard and may_moderate(player, message.channel)
    return Message.objects.filter(pk=message.pk).visible_to(player, moderates=moderates).exists()


def may_see_file(player: Player, attachment: Attachment) -> bool:
    """Before it is sent its owner; then whoever reads the message, while it stands and isn't held back."""
    if attachment.state != Attachment.State.READY:
        return False
    if attachment.message is None:
        return attachment.owner_id == player.pk
    try:
        message = message_for(player, attachment.message.uuid)
    except MessageGone:
        return False
    if message.is_deleted or message.hidden_at is not None:
        return may_moderate(player, message.channel)
    return True


def may_see_revisions(player: Player, message: Message) -> bool:
    """The author what he said before while it stands, moderators also what was deleted."""
    is_own = message.player_id == player.pk and not message.is_deleted
    return is_own or may_moderate(player, message.channel)


def signed_in_player(session_key: str) -> Player | None:
    """Who is signed in under the session now: None after a logout, a new password or a deactivation."""
    request = HttpRequest()
    request.session = stored_session(session_key)
    user = get_user(request)
    return user if isinstance(user, Player) else None


def standing(
    player_id: int, session_key: str, rooms: Collection[UUID], moderated: Collection[UUID] = ()
) -> Standing:
    """Everything about a socket's rights, read again; `moderated` are those rooms where it overhears."""
    player = present_player(player_id)
    if player is None:
        reason = "banned" if ban_of(player_id, timezone.now()) else "deactivated"
        return Standing(is_active=False, is_signed_in=False, reason=reason)
    channels = [channel for room in rooms if (channel := known_channel(room)) is not None]
    readable = frozenset(channel.uuid for channel in channels if may_read(player, channel))
    shut = {
        channel.uuid: _shut_until(player, channel) for channel in channels if channel.uuid not in readable
    }
    return Standing(
        is_active=True,
        is_signed_in=signed_in_player(session_key) == player,
        readable=readable,
        shut_until={room: until for room, until in shut.items() if until is not None},
        moderated=frozenset(
            channel.uuid
            for channel in channels
            if channel.uuid in moderated and may_moderate(player, channel)
        ),
    )
