"""A letter each morning or each Monday about what waits unread."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.db.models import F, Q, QuerySet

from messaging.actions.delivery import ERROR_MAX_LENGTH
from messaging.actions.mails import send_digest
from messaging.models import Notification
from messaging.rules.notices import is_digest_due
from players.models import Player, PlayerPreferences
from players.queries.addresses import confirmed_address

logger = logging.getLogger(__name__)

NAMED = 30
# No two digests are nearer to one another, so most players need not be looked at.
AT_LEAST = timedelta(hours=20)
Digest = PlayerPreferences.Digest


def send_digests(*, now: datetime) -> int:
    """How many letters went out. Several processes may run it: the row goes to the one that changes it first."""
    sent = 0
    candidates = (
        PlayerPreferences.objects.exclude(digest=Digest.OFF)
        .filter(Q(digest_sent_at=None) | Q(digest_sent_at__lt=now - AT_LEAST), notifications=True)
        .filter(player__in=Player.objects.present())
        .select_related("player__profile", "player__preferences")
        .order_by("pk")
    )
    for preferences in candidates.iterator(chunk_size=200):
        zone = preferences.timezone or settings.TIME_ZONE
        if is_digest_due(preferences.digest, preferences.digest_sent_at, now, zone=zone):
            sent += _send(preferences, now)
    return sent


def _send(preferences: PlayerPreferences, now: datetime) -> bool:
    player = preferences.player
    waiting = list(_waiting(player, now)[: NAMED + 1])
    if not waiting or not confirmed_address(player) or not _claim(preferences, now):
        return False
    more = max(0, _waiting(player, now).count() - NAMED)
    try:
        send_digest(player, waiting[:NAMED], more=more)
    except SMTPRecipientsRefused as error:
        # Nobody lives there: the next morning is early enough.
        _note_failure(player, now, error)
        return False
    except OSError as error:
        logger.warning("A digest did not get out: %s", error)
        _note_failure(player, now, error)
        PlayerPreferences.objects.filter(pk=preferences.pk, digest_sent_at=now).update(
            digest_sent_at=preferences.digest_sent_at
        )
        return False
    # Who dies before this line tells the same news once more, in the next digest.
    _waiting(player, now).update(digested_at=now)
    return True


def _claim(preferences: PlayerPreferences, now: datetime) -> bool:
    same = PlayerPreferences.objects.filter(pk=preferences.pk, digest_sent_at=preferences.digest_sent_at)
    return bool(same.update(digest_sent_at=now))


def _waiting(player: Player, now: datetime) -> QuerySet[Notification]:
    """What is unread and was in no letter yet, neither in a digest nor on its own."""
    mailed = Q(
        delivery_method=Notification.Delivery.EMAIL, delivery_status=Notification.DeliveryStatus.DELIVERED
    )
    found = Notification.objects.unread().filter(recipient=player, digested_at=None, told_at__lte=now)
    return found.exclude(mailed).order_by("-told_at", "-pk")


def _note_failure(player: Player, now: datetime, error: OSError) -> None:
    reason = f"Digest: {error}"[:ERROR_MAX_LENGTH]
    _waiting(player, now).order_by().update(
        delivery_attempts=F("delivery_attempts") + 1, delivery_error=reason
    )
