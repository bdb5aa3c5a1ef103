from django.db import transaction

from messaging import events
from messaging.actions.messages import record_event
from messaging.models import Channel, ChannelMember, LiveConnection
from messaging.queries import person_data
from players.models import Player


def open_channel(*, kind: str) -> Channel:
    return Channel.objects.create(kind=kind)


@transaction.atomic
def add_member(*, channel: Channel, player: Player, role: str = ChannelMember.Role.MEMBER) -> ChannelMember:
    """Entering twice is the same as entering once."""
    member, is_new = ChannelMember.objects.get_or_create(
        channel=channel, player=player, defaults={"role": role}
    )
    if is_new:
        payload = {"player": person_data(player), "role": role}
        record_event(channel=channel, type="member.joined", payload=payload, actor=player)
    return member


@transaction.atomic
def remove_member(*, channel: Channel, player: Player, reason: str = "left") -> bool:
    """End the right to read and write, and cut the player's open sockets; False when it had ended before."""
    removed, _ = ChannelMember.objects.filter(channel=channel, player=player).delete()
    if removed:
        payload = {"player": person_data(player), "reason": reason}
        record_event(channel=channel, type="member.left", payload=payload, actor=player)
        LiveConnection.objects.filter(channel=channel, player=player).delete()
        events.presence(channel, left=[player])
        events.access_changed(player, channel=channel, reason=reason)
    return bool(removed)
