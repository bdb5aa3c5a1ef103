"""The hours of announcements, and what of them has come to a player."""

from datetime import timedelta

from django.utils import timezone

from messaging.models import Notification

NOW = timezone.now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def heard(player):
    return list(
        Notification.objects.filter(recipient=player, category="announcement").values_list("title", flat=True)
    )
