"""Saying something in a channel to one of its people alone."""

from uuid import UUID

from messaging import kinds
from messaging.actions.messages import Posted, post
from messaging.actions.threads import put_under
from messaging.models import Channel, Message
from messaging.permissions import may_use
from messaging.queries.moderation import age_of
from messaging.rules.levels import CHILD_UNDER
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.permissions import has_account
from players.queries.relationships import hidden_from


class WhisperRefused(DomainError):
    code = "forbidden"


def whisper(
    *,
    channel: Channel,
    player: Player,
    to: Player | None,
    text: str,
    client_id: UUID | None = None,
    parent: Message | None = None,
    typed: str = "",
) -> Posted:
    """Only the two read it, and those who moderate the channel."""
    if not may_whisper(player, channel):
        raise WhisperRefused("You can't whisper here.")
    # One sentence for all reasons: a block, an age and an absence look alike.
    if to is None or not _may_hear(player, to, channel):
        raise WhisperRefused("You can't whisper to this player here.")
    message = Message(
        channel=channel, type=Message.Type.TEXT, player=player, client_id=client_id, text=text, whisper_to=to
    )
    if parent is not None:
        put_under(message, parent)
    return post(message, typed=typed)


def may_whisper(player: Player, channel: Channel) -> bool:
    """Where the owner allows it; not for guests and children."""
    return has_account(player) and not _is_child(player) and may_use(channel, "whispers")


def other_of(message: Message, player: Player) -> Player | None:
    """Who hears the answer to a whisper: the other of the two; None for somebody who only overheard it."""
    if player.pk == message.player_id:
        return message.whisper_to
    return message.player if player.pk == message.whisper_to_id else None


def _may_hear(player: Player, to: Player, channel: Channel) -> bool:
    if to.pk == player.pk or not has_account(to) or _is_child(to):
        return False
    # Who answers for the others sees everybody, and still isn't heard by those who block him.
    if to.pk in hidden_from(player) or player.pk in hidden_from(to):
        return False
    return kinds.get(channel.kind).may_read(to, channel)


def _is_child(player: Player) -> bool:
    age = age_of(player)
    return age is not None and age < CHILD_UNDER
