"""News of what is said in a channel, for those who want to hear of every message and aren't looking."""

from datetime import datetime

from messaging import kinds
from messaging.actions.notifications import News, notify_once_until_read
from messaging.models import Channel, ChannelMember, Message, Notification
from messaging.queries.direct import looking
from messaging.queries.listeners import Notify, members_who_chose, told_about_key
from padawanforge.kit import near
from padawanforge.kit.errors import DomainError
from players.choices import NotificationKind
from players.models import Player
from players.queries.relationships import hidden_from


class NoSuchChoice(DomainError):
    code = "invalid"


def choose(*, channel: Channel, player: Player, notify: str) -> bool:
    """How much of this channel the player wants to hear of; false when he doesn't belong to it."""
    if notify not in Notify.values:
        raise NoSuchChoice("Choose how much you want to hear.")
    changed = ChannelMember.objects.filter(channel=channel, player=player).update(notify=notify)
    near.forget(told_about_key(channel.pk))
    return bool(changed)


def tell_members(*, message: Message, now: datetime) -> int:
    """How many heard of it. What is unread already only counts on: it rings once until somebody looks."""
    if message.is_deleted or message.hidden_at is not None:
        return 0
    people = _listeners(message, now)
    notify_once_until_read(people, _news(message), now=now)
    return len(people)


def _listeners(message: Message, now: datetime) -> list[Player]:
    members = members_who_chose(Notify.ALL, message.channel).select_related("player").order_by("pk")
    if message.whisper_to_id is not None:
        members = members.filter(player=message.whisper_to_id)
    if message.player is not None:
        members = members.exclude(player=message.player).exclude(player__in=hidden_from(message.player))
    people = [member.player for member in members]
    there = looking(message.channel, [player.pk for player in people], now)
    return [player for player in people if player.pk not in there]


def _news(message: Message) -> News:
    kind, where = kinds.get(message.channel.kind), [message.channel_id]
    return News(
        NotificationKind.ROOM,
        f"New messages in {kind.titles(where).get(message.channel_id, 'a room')}",
        url=kind.addresses(where).get(message.channel_id, ""),
        label="Go to the room",
        key=f"channel.{message.channel.uuid}",
        priority=Notification.Priority.LOW,
        more={"subcategory": "message", "source": "messaging"},
    )
