"""Who answers for a minor, and whether anybody does."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone

from players.models import Guardianship, Player, PlayerPersonalInfo
from players.rules.ages import is_minor

LINK_DAYS = 7


def is_minor_now(player: Player) -> bool:
    """By the birth date as it is stored, whatever the given object remembers."""
    born = PlayerPersonalInfo.objects.filter(player=player).values_list("date_of_birth", flat=True).first()
    return is_minor(born, timezone.localdate(), settings.MINOR_UNDER_AGE)


def guardianship_of(player: Player) -> Guardianship | None:
    return Guardianship.objects.filter(player=player).first()


def is_guarded(player: Player) -> bool:
    """A guardian has confirmed and has not withdrawn."""
    confirmed = Guardianship.objects.filter(player=player, withdrawn_at=None)
    return confirmed.exclude(confirmed_at=None).exists()


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def guardianship_by(token: str) -> Guardianship | None:
    """What the link stands for, however old it is."""
    rows = Guardianship.objects.select_related("player__profile", "player__personal_info")
    return rows.filter(token_hash=hashed(token), player__is_active=True).first()


def is_expired(guardianship: Guardianship, now: datetime) -> bool:
    """The link confirms for some days only; a guardian who has confirmed keeps it to withdraw."""
    is_open = guardianship.confirmed_at is None
    return is_open and guardianship.asked_at < now - timedelta(days=LINK_DAYS)
