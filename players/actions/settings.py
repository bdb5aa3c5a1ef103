"""What players choose for themselves, one verb for each segment; pages and programs call the same.

Each gets the row with the new values, refuses what can't be by a ValidationError that names the fields, and
writes only the columns of its own, so that two open pages don't overwrite each other.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from players.actions.minors import apply_minor_defaults
from players.actions.standing import refresh_ranked
from players.models import Player, PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from players.rules.ages import is_minor
from players.rules.minors import problems

PROFILE = ("display_name", "name", "bio", "social_links")
PREFERENCES = (
    "theme",
    "language",
    "timezone",
    "ui_preferences",
    "game_preferences",
    "wants_boards",
    "shows_read_receipts",
)
NOTIFICATIONS = (
    "notifications",
    "notification_switches",
    "notification_ways",
    "digest",
    "quiet_from",
    "quiet_until",
)
PERSONAL = (
    "full_name",
    "date_of_birth",
    "location",
    "occupation",
    "education_level",
    "interests",
    "emergency_contact",
    "accessibility_needs",
)


@transaction.atomic
def save_profile(*, profile: PlayerProfile) -> None:
    _save(profile, PROFILE)


@transaction.atomic
def save_preferences(*, preferences: PlayerPreferences) -> None:
    stored = PlayerProfile.objects.get(pk=preferences.pk)
    _refuse_unsafe(stored, preferences, only={"wants_boards"})
    _save(preferences, PREFERENCES)
    refresh_ranked(preferences.player)


@transaction.atomic
def save_notifications(*, preferences: PlayerPreferences) -> None:
    """Of what the player hears, by which ways, and when not."""
    if bool(preferences.quiet_from) != bool(preferences.quiet_until):
        column = "quiet_until" if preferences.quiet_from else "quiet_from"
        raise ValidationError({column: "Give both ends of the quiet hours, or none."})
    _save(preferences, NOTIFICATIONS)


@transaction.atomic
def save_privacy(*, profile: PlayerProfile, preferences: PlayerPreferences, info: PlayerPersonalInfo) -> None:
    """Visibility of the profile, privacy level and the choices for single fields, all or nothing."""
    _refuse_unsafe(profile, preferences, only={"profile_visibility", "privacy_level"})
    is_closed = preferences.privacy_level == PlayerPreferences.PrivacyLevel.MAXIMUM
    if is_closed and profile.profile_visibility == PlayerProfile.Visibility.PUBLIC:
        # The level closes the profile to strangers; the row says the same, for rooms look at it alone.
        profile.profile_visibility = PlayerProfile.Visibility.FRIENDS
    _save(profile, ("profile_visibility",))
    _save(preferences, ("privacy_level",))
    _save(info, ("visibility_settings",))
    refresh_ranked(preferences.player)


@transaction.atomic
def save_personal_info(*, info: PlayerPersonalInfo) -> None:
    # The row's lock: a second page must not give another birth date between the look and the writing.
    stored = PlayerPersonalInfo.objects.select_for_update().get(pk=info.pk)
    if stored.date_of_birth and info.date_of_birth != stored.date_of_birth:
        raise ValidationError(
            {
                "date_of_birth": "A birth date that was given once is changed by the staff. Please write to them."
            }
        )
    _save(info, PERSONAL)
    apply_minor_defaults(info.player)


def choose_theme(*, player: Player, theme: str) -> None:
    preferences = player.preferences
    preferences.theme = theme
    preferences.save(update_fields=["theme", "updated_at"])


def _save(row: models.Model, fields: tuple[str, ...]) -> None:
    """Check the columns that will be written and what the model says of them, then write them."""
    names = {field.name for field in row._meta.concrete_fields}
    row.clean_fields(exclude=names - set(fields))
    try:
        row.clean()
    except ValidationError as error:
        # What stands in the other columns was not chosen here.
        if own := {name: texts for name, texts in error.message_dict.items() if name in fields}:
            raise ValidationError(own) from error
    row.save(update_fields=[*fields, "updated_at"])


def _refuse_unsafe(profile: PlayerProfile, preferences: PlayerPreferences, *, only: set[str]) -> None:
    born = PlayerPersonalInfo.objects.values_list("date_of_birth", flat=True).get(pk=profile.pk)
    if not is_minor(born, timezone.localdate(), settings.MINOR_UNDER_AGE):
        return
    found = problems(
        visibility=profile.profile_visibility,
        level=preferences.privacy_level,
        wants_boards=preferences.wants_boards,
    )
    if chosen := {field: problem for field, problem in found.items() if field in only}:
        raise ValidationError(chosen)
