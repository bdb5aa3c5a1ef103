"""Who appears on the boards: derived from what the player wants, his age and his privacy."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from players.models import Player, PlayerGameData, PlayerPreferences, PlayerProfile
from players.rules.minors import of_age_when_born_by

CHUNK = 500
# Whom strangers may see; friends see more.
IS_OPEN = Q(player__profile__profile_visibility=PlayerProfile.Visibility.PUBLIC)


@transaction.atomic
def refresh_ranked(player: Player) -> bool:
    """Recompute `is_ranked` and `is_listed`; call it in the transaction that changes what they come from."""
    row = PlayerGameData.objects.filter(player=player)
    is_ranked = row.filter(_eligible(timezone.localdate())).exists()
    is_listed = is_ranked and row.filter(IS_OPEN).exists()
    row.exclude(is_ranked=is_ranked, is_listed=is_listed).update(is_ranked=is_ranked, is_listed=is_listed)
    return is_ranked


def refresh_all_ranked(*, today: date) -> int:
    """Mend what time has changed: birthdays make players eligible. How many are ranked, or no more, since."""
    eligible = PlayerGameData.objects.filter(_eligible(today))
    mended = _mend("is_ranked", eligible)
    _mend("is_listed", eligible.filter(IS_OPEN))
    return mended


def _mend(column: str, right: QuerySet[PlayerGameData]) -> int:
    rows = PlayerGameData.objects.all()
    risen = rows.filter(**{column: False}, player_id__in=right.values("player_id"))
    fallen = rows.filter(**{column: True}).exclude(player_id__in=right.values("player_id"))
    return _set(column, True, risen) + _set(column, False, fallen)


def _set(column: str, value: bool, rows: QuerySet[PlayerGameData]) -> int:
    """A few at a time and locked in the order of everybody else, so that no session waits for this."""
    waiting = list(rows.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(waiting), CHUNK):
        chosen = PlayerGameData.objects.filter(pk__in=waiting[at : at + CHUNK])
        with transaction.atomic():
            list(chosen.select_for_update(no_key=True).order_by("pk").values_list("pk"))
            chosen.update(**{column: value})
    return len(waiting)


def _eligible(today: date) -> Q:
    born_by = of_age_when_born_by(today, settings.MINOR_UNDER_AGE)
    is_of_age = Q(player__personal_info__date_of_birth=None) | Q(
        player__personal_info__date_of_birth__lte=born_by
    )
    is_here = Q(
        player__is_active=True, player__is_guest=False, player__is_former=False, player__leaves_at=None
    )
    wants_to = Q(player__preferences__wants_boards=True) & ~Q(
        player__preferences__privacy_level=PlayerPreferences.PrivacyLevel.MAXIMUM
    )
    return is_of_age & is_here & wants_to
