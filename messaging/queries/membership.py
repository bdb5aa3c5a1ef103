"""What a player is in a channel."""

from messaging.models import Channel, ChannelMember
from padawanforge.kit.memory import recalled
from players.models import Player


def membership(player: Player | int, channel: Channel | int) -> ChannelMember | None:
    """The player's row in the channel; None for a stranger."""
    player_id = player if isinstance(player, int) else player.pk
    channel_id = channel if isinstance(channel, int) else channel.pk
    return recalled(
        (ChannelMember, player_id, channel_id),
        lambda: ChannelMember.objects.filter(channel=channel_id, player=player_id).first(),
    )
