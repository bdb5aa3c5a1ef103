"""In which band of ages somebody is, by the birth date as it is stored."""

from datetime import date

from django.db.models import Exists, Q
from django.utils import timezone

from players.models import Player, PlayerPersonalInfo
from players.rules.ages import ADULT_FROM, CHILD_UNDER, Band, band_on
from players.rules.minors import of_age_when_born_by


def band_of(player: Player) -> Band:
    born = PlayerPersonalInfo.objects.filter(player=player).values_list("date_of_birth", flat=True).first()
    return band_on(born, timezone.localdate())


def is_in_band(player: Player) -> dict[Band, Q]:
    """For each band a condition that is true of this player: for queries that need not ask him first."""
    told, today = PlayerPersonalInfo.objects.filter(player=player), timezone.localdate()
    is_child, is_adult = Q(Exists(told.filter(child_on(today)))), Q(Exists(told.filter(adult_on(today))))
    return {Band.CHILD: is_child, Band.TEEN: ~is_child & ~is_adult, Band.ADULT: is_adult}


def child_on(today: date) -> Q:
    """A condition on personal information; agrees with `band_on`."""
    return Q(date_of_birth__gt=of_age_when_born_by(today, CHILD_UNDER))


def adult_on(today: date) -> Q:
    return Q(date_of_birth__lte=of_age_when_born_by(today, ADULT_FROM))
