"""The first steps of a new player. Every one can be left out, and none is asked for twice."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from players.actions.settings import save_personal_info, save_preferences, save_privacy, save_profile
from players.actions.usernames import change_username
from players.models import Player, PlayerPersonalInfo, PlayerPreferences, PlayerProfile


@transaction.atomic
def introduce(*, player: Player, username: str, display_name: str, timezone: str, now: datetime) -> None:
    """The first step: under which names the player goes; the device's zone holds until another is chosen."""
    change_username(player=player, username=username, now=now)
    profile = PlayerProfile.objects.get(player=player)
    profile.display_name = display_name
    save_profile(profile=profile)
    _open(player).filter(timezone="").update(timezone=timezone)


@transaction.atomic
def choose_interests(*, player: Player, interests: list[str]) -> None:
    info = PlayerPersonalInfo.objects.get(player=player)
    info.interests = interests
    save_personal_info(info=info)


@transaction.atomic
def choose_privacy(
    *, player: Player, visibility: str, level: str, wants_boards: bool, born: date | None
) -> None:
    """The birth date comes first: what it forbids to the young is refused in the same step."""
    info = PlayerPersonalInfo.objects.get(player=player)
    if born and not info.date_of_birth:
        info.date_of_birth = born
        save_personal_info(info=info)
    profile = PlayerProfile.objects.get(player=player)
    preferences = PlayerPreferences.objects.get(player=player)
    profile.profile_visibility, preferences.privacy_level = visibility, level
    save_privacy(profile=profile, preferences=preferences, info=info)
    preferences.wants_boards = wants_boards
    save_preferences(preferences=preferences)


def finish_onboarding(*, player: Player, now: datetime) -> None:
    """The steps were gone through to the end."""
    _note(player, registration_completed=True, onboarding_completed_at=now)


def skip_onboarding(*, player: Player) -> None:
    """Home leads there no more; the pages stay open to whoever comes back."""
    _note(player, registration_completed=True)


def complete_tutorial(*, player: Player) -> bool:
    """False when it had been completed already."""
    return bool(_open(player).filter(tutorial_completed=False).update(tutorial_completed=True))


@transaction.atomic
def _note(player: Player, **changes: object) -> None:
    _open(player).update(**changes)
    for name, value in changes.items():
        setattr(player.preferences, name, value)


def _open(player: Player) -> QuerySet[PlayerPreferences]:
    return PlayerPreferences.objects.filter(player=player)
