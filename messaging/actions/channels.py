from django.db import transaction

from messaging import events
from messaging.actions.messages import record_event
from messaging.actions.personal_log import note
from messaging.models import Channel, ChannelMember, LiveConnection
from messaging.queries import person_data
from messaging.queries.moderation import forget_youngest
from messaging.signals import member_joined
from padawanforge.kit.events import after_commit, announce
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
        _forget_ages(channel)
        payload = {"player": person_data(player), "role": role}
        record_event(channel=channel, type="member.joined", payload=payload, actor=player)
        began = {"room": str(channel.uuid), "role": role}
        note(player, type="membership.began", data=lambda: began)
        announce(member_joined, sender=ChannelMember, channel_id=channel.pk, player_id=player.pk)
    return member


@transaction.atomic
def remove_member(*, channel: Channel, player: Player, reason: str = "left") -> bool:
    """End the right to read and write, and cut the player's open sockets; False when it had ended before."""
    removed, _ = ChannelMember.objects.filter(channel=channel, player=player).delete()
    if removed:
        _forget_ages(channel)
        payload = {"player": person_data(player), "reason": reason}
        record_event(channel=channel, type="member.left", payload=payload, actor=player)
        LiveConnection.objects.filter(channel=channel, player=player).delete()
        events.presence(channel, left=[player])
        events.access_changed(player, channel=channel, reason=reason)
        ended = {"room": str(channel.uuid), "reason": reason}
        note(player, type="membership.ended", data=lambda: ended)
    return bool(removed)


def _forget_ages(channel: Channel) -> None:
    """At once for the rest of this transaction, and again when everybody can see it."""
    forget_youngest(channel.pk)
    after_commit(lambda: forget_youngest(channel.pk))
