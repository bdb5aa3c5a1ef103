from django.db import transaction

from players.actions.consents import withdraw_all
from players.actions.standing import refresh_ranked
from players.models import Player, PlayerPreferences, PlayerProfile
from players.queries.guardians import is_guarded, is_minor_now
from players.rules.minors import floor


@transaction.atomic
def apply_minor_defaults(player: Player) -> bool:
    """Turn the safe settings on when the stored birth date is a minor's; False for everybody else.

    Called wherever a birth date is saved. What is closed further than the floor stays closed.
    """
    if not is_minor_now(player):
        refresh_ranked(player)
        return False
    profile = PlayerProfile.objects.select_for_update().get(player=player)
    preferences = PlayerPreferences.objects.select_for_update().get(player=player)
    _close(profile, preferences)
    if not is_guarded(player):
        # Given before the birth date was known, so never by somebody who could.
        withdraw_all(player=player)
    refresh_ranked(player)
    return True


def _close(profile: PlayerProfile, preferences: PlayerPreferences) -> None:
    was_public = profile.profile_visibility == PlayerProfile.Visibility.PUBLIC
    _, preferences.privacy_level, preferences.wants_boards = floor(
        visibility=profile.profile_visibility,
        level=preferences.privacy_level,
        wants_boards=preferences.wants_boards,
    )
    if was_public:
        # Nobody chose "public" for a minor: begin with nothing and let him open it to friends.
        profile.profile_visibility = PlayerProfile.Visibility.PRIVATE
        profile.save(update_fields=["profile_visibility", "updated_at"])
    preferences.save(update_fields=["privacy_level", "wants_boards", "updated_at"])
