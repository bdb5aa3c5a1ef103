"""Plain words on their way into a channel: what their message, its line of the log and the answer are made of."""

from messaging import kinds, permissions
from messaging.actions.drafts import clear_draft
from messaging.actions.messages import checked_text
from messaging.models import ChannelEvent, Message
from messaging.queries.ahead import Wish


def made(wish: Wish) -> Message | None:
    """The message, not stored; None: it has to be said alone. Raises what refuses it."""
    grant = permissions.posting(wish.player_id, wish.room)
    text = checked_text(wish.text)
    player, channel = grant.player, grant.channel
    if player.is_guest or kinds.get(channel.kind).ahead is None:
        return None
    return Message(
        channel=channel, type=Message.Type.TEXT, player=player, client_id=wish.client_id, text=text
    )


def line_of(message: Message) -> ChannelEvent:
    return ChannelEvent(
        channel=message.channel,
        seq=message.seq,
        type="message.created",
        actor=message.player,
        message=message,
    )


def told(message: Message, shown: dict) -> dict:
    """The answer for the sender; `shown` is what everybody is told of the message."""
    assert message.player is not None  # noqa: S101 - made so above
    clear_draft(player=message.player, channel=message.channel)
    return {"message": {**shown, "cid": str(message.client_id)}, "seq": message.seq, "dup": False}
