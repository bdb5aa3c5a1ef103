"""News of answers, for those who follow the thread in which they stand."""

from datetime import datetime

from django.urls import reverse

from messaging import kinds
from messaging.actions.notifications import News, notify_once_until_read
from messaging.models import Message, MessageMention, ThreadFollow
from messaging.queries.direct import looking
from messaging.queries.listeners import Notify, members_who_chose, who_hears_nothing
from players.choices import NotificationKind
from players.models import Player
from players.queries.relationships import hidden_from


def tell_followers(*, message: Message, now: datetime) -> int:
    """How many heard of it. A thread rings once until it is read, however much is said in it."""
    if message.root is None or message.is_deleted or message.hidden_at is not None:
        return 0
    people = _followers(message, now)
    notify_once_until_read(people, _news(message, message.root), now=now)
    return len(people)


def _followers(message: Message, now: datetime) -> list[Player]:
    """Members who follow, without those who hear of this message anyway or have it before their eyes."""
    follows = ThreadFollow.objects.filter(
        root=message.root, is_on=True, player__channel_memberships__channel=message.channel
    ).exclude(player=message.player)
    if message.whisper_to_id is not None:
        follows = follows.filter(player=message.whisper_to_id)
    if message.player is not None:
        follows = follows.exclude(player__in=hidden_from(message.player))
    mentions = MessageMention.objects.filter(message=message)
    called = set(mentions.filter(kind=MessageMention.Kind.PLAYER).values_list("player_id", flat=True))
    people = {row.player_id: row.player for row in follows.select_related("player").order_by("pk")}
    everything = members_who_chose(Notify.ALL, message.channel).filter(player__in=people)
    aware = {
        *called,
        *everything.values_list("player_id", flat=True),
        *who_hears_nothing(message.channel, list(people)),
        *looking(message.channel, list(people), now),
    }
    return [player for pk, player in people.items() if pk not in aware]


def _news(message: Message, root: Message) -> News:
    where = kinds.get(message.channel.kind).titles([message.channel_id]).get(message.channel_id, "")
    return News(
        NotificationKind.THREAD,
        "New answers in a thread" + (f" in {where}" if where else ""),
        url=reverse("messaging:thread", args=[root.uuid]),
        label="Read the thread",
        key=f"thread.{root.uuid}",
        more={"subcategory": "answer", "source": "messaging"},
    )
