"""Who is kept out of the whole installation, and by which ban."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from players.models import Player, SiteBan
from players.models.player import PlayerQuerySet


def admitted(now: datetime) -> PlayerQuerySet:
    """Those who may sign in and stay so: active, and not banned; still one query."""
    bans = SiteBan.objects.in_force(now).filter(player=OuterRef("pk"))
    return Player.objects.active().filter(~Exists(bans))


def ban_of(player_id: int, now: datetime) -> SiteBan | None:
    """The ban in force that lasts longest."""
    bans = list(SiteBan.objects.in_force(now).filter(player=player_id))
    return max(bans, key=lambda ban: (ban.ends_at is None, ban.ends_at or now), default=None)
