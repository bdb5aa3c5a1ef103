"""Telling those who are called in a message, each once, and taking it back."""

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone

from messaging import kinds
from messaging.actions.notifications import News, notify, withdraw
from messaging.models import Message, MessageMention, Notification
from messaging.queries.listeners import who_hears_nothing
from messaging.queries.mentions import people_here
from players.choices import NotificationKind
from players.models import Player

Kind = MessageMention.Kind
SHOWN = 200


def tell_mentioned(*, message: Message) -> int:
    """A notification for each person who is called and was not told of this message before; how many."""
    if message.is_deleted or message.hidden_at is not None or message.player is None:
        return 0
    told = set(Notification.objects.filter(key=_key(message)).values_list("recipient_id", flat=True))
    people = [player for player in _called(message) if player.pk not in told]
    quiet = who_hears_nothing(message.channel, [player.pk for player in people])
    people = [player for player in people if player.pk not in quiet]
    for player in people:
        notify(recipient=player, news=_news(message, message.player.name), now=timezone.now())
    return len(people)


def withdraw_news(message: Message, gone: Collection[MessageMention]) -> None:
    """Who is no longer called, and has not read it yet, needn't."""
    if not gone:
        return
    still = {player.pk for player in _called(message)} if message.player else set()
    told = Notification.objects.filter(key=_key(message), is_read=False)
    recipients = set(told.values_list("recipient_id", flat=True))
    if not any(row.kind == Kind.HERE for row in gone):
        recipients &= {row.player_id for row in gone}
    withdraw(key=_key(message), recipients=recipients - still)


def _called(message: Message) -> list[Player]:
    rows = list(MessageMention.objects.filter(message=message))
    people = {row.player.pk: row.player for row in rows if row.player is not None}
    if message.player is not None and any(row.kind == Kind.HERE for row in rows):
        people |= {player.pk: player for player in people_here(message.channel, message.player)}
    people.pop(message.player_id or 0, None)
    return list(people.values())


def _news(message: Message, name: str) -> News:
    where = kinds.get(message.channel.kind).titles([message.channel_id]).get(message.channel_id, "")
    return News(
        NotificationKind.MENTION,
        f"{name} mentions you" + (f" in {where}" if where else ""),
        message.plain[:SHOWN],
        url=reverse("messaging:permalink", args=[message.uuid]),
        label="Read it",
        key=_key(message),
        is_counted=False,
        about=message.player,
        more={"source": "messaging", "metadata": {"message": str(message.uuid)}},
    )


def _key(message: Message) -> str:
    return f"mention.{message.uuid}"
