"""The pointer that says how far somebody has read, put back by hand."""

from messaging.actions.personal_log import note
from messaging.models import ChannelMember, Message
from players.models import Player


def mark_unread(*, message: Message, player: Player) -> None:
    """From this message on everything is new again; it was never read as far as the pointer goes."""
    seq = max(0, message.seq - 1)
    if ChannelMember.objects.filter(channel=message.channel_id, player=player, read_seq__gt=seq).update(
        read_seq=seq
    ):
        where = {"room": str(message.channel.uuid), "seq": seq}
        note(player, type="read.moved", data=lambda: where)
