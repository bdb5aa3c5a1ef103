"""Logs are kept as long as somebody may come back to them; older history is read from the messages."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef

from messaging.models import Channel, ChannelEvent
from messaging.models.channel import PERSONAL
from players.models import Player

KEPT_EVENTS = 5_000
KEPT_FOR = timedelta(days=30)
BATCH = 500
# Who entered stays known: whoever is forgotten one day is looked for where he has been.
KEPT_TYPES = ("member.joined",)


def trim_logs(*, now: datetime) -> int:
    """How many lines went; at most a batch, so that no transaction is long.

    A page comes back with what it has missed, or begins again from a snapshot if that is more than a thousand
    lines: what is kept is always enough, and numbers are never used again.
    """
    old = ChannelEvent.objects.filter(
        created_at__lt=now - KEPT_FOR, seq__lte=F("channel__last_seq") - KEPT_EVENTS
    )
    found = old.exclude(type__in=KEPT_TYPES).order_by("created_at").values_list("pk", flat=True)[:BATCH]
    gone, _ = ChannelEvent.objects.filter(pk__in=list(found)).delete()
    return gone


def remove_ownerless_logs() -> int:
    """Players who are gone at once, such as guests, leave their own log behind."""
    owner = Player.objects.filter(uuid=OuterRef("uuid"))
    orphans = Channel.objects.filter(~Exists(owner), kind=PERSONAL).order_by("pk")
    gone, _ = Channel.objects.filter(pk__in=list(orphans.values_list("pk", flat=True)[:BATCH])).delete()
    return gone
