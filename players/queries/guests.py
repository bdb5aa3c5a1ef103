from datetime import datetime

from players.models import DemoSession, Player
from players.models.player import PlayerQuerySet


def expired_guests(now: datetime) -> PlayerQuerySet:
    expired = DemoSession.objects.expired(now)
    return Player.objects.guests().filter(demo_session__in=expired).order_by("pk")
