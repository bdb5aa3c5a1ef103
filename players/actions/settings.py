from django.db import transaction

from players.models import Player, PlayerPreferences, PlayerProfile


@transaction.atomic
def save_settings(*, profile: PlayerProfile, preferences: PlayerPreferences) -> None:
    """Keep what the player has chosen on the settings page."""
    profile.save(update_fields=["display_name", "bio", "profile_visibility", "updated_at"])
    preferences.save(update_fields=["theme", "language", "timezone", "notifications", "updated_at"])


def choose_theme(*, player: Player, theme: str) -> None:
    preferences = player.preferences
    preferences.theme = theme
    preferences.save(update_fields=["theme", "updated_at"])
