"""The player himself: his segments, rights and totals."""

from django.http import HttpRequest
from ninja import Router

from padawanforge.kit import access
from players.actions.segments import (
    change_personal_info,
    change_preferences,
    change_privacy,
    change_profile,
)
from players.choices import PERMISSIONS
from players.models import (
    Player,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
)
from players.permissions import has_account, may
from players.queries.rights import roles_of
from players.schemas.segments import (
    GameDataOut,
    PermissionsOut,
    PersonalInfoIn,
    PersonalInfoOut,
    PreferencesIn,
    PreferencesOut,
    PrivacyIn,
    PrivacyOut,
    ProfileIn,
    ProfileOut,
)

router = Router(tags=["me"])


@router.get("/me/profile", response=ProfileOut, summary="My profile")
@access.scope("profile:read")
@access.signed_in
def my_profile(request: HttpRequest) -> dict:
    return profile_out(request.user)


@router.patch("/me/profile", response=ProfileOut, summary="Change my profile")
@access.scope("profile:write")
@access.signed_in
def my_profile_change(request: HttpRequest, data: ProfileIn) -> dict:
    """What isn't sent stays as it is. The username and the picture are changed in the settings."""
    change_profile(player=request.user, changes=data.given())
    return profile_out(request.user)


@router.get("/me/preferences", response=PreferencesOut, summary="My preferences")
@access.scope("profile:read")
@access.signed_in
def my_preferences(request: HttpRequest) -> PlayerPreferences:
    return PlayerPreferences.objects.get(player=request.user)


@router.patch("/me/preferences", response=PreferencesOut, summary="Change my preferences")
@access.scope("profile:write")
@access.signed_in
def my_preferences_change(request: HttpRequest, data: PreferencesIn) -> PlayerPreferences:
    """What isn't sent stays. A preference that holds several (switches, interface, game) is sent whole."""
    change_preferences(player=request.user, changes=data.given())
    return PlayerPreferences.objects.get(player=request.user)


@router.get("/me/privacy", response=PrivacyOut, summary="My privacy choices")
@access.scope("profile:read")
@access.requires(has_account)
def my_privacy(request: HttpRequest) -> dict:
    return privacy_out(request.user)


@router.patch("/me/privacy", response=PrivacyOut, summary="Change my privacy choices")
@access.scope("profile:write")
@access.requires(has_account)
def my_privacy_change(request: HttpRequest, data: PrivacyIn) -> dict:
    """Who sees my profile and its single fields. Minors can't open more than the safe settings."""
    change_privacy(player=request.user, changes=data.given())
    return privacy_out(request.user)


@router.get("/me/personal-info", response=PersonalInfoOut, summary="My personal information")
@access.scope("personal:read")
@access.requires(has_account)
def my_personal_info(request: HttpRequest) -> PlayerPersonalInfo:
    return PlayerPersonalInfo.objects.get(player=request.user)


@router.patch("/me/personal-info", response=PersonalInfoOut, summary="Change my personal information")
@access.scope("personal:write")
@access.requires(has_account)
def my_personal_info_change(request: HttpRequest, data: PersonalInfoIn) -> PlayerPersonalInfo:
    """A birth date can be given once. Consents are answered in the settings, where their text stands."""
    change_personal_info(player=request.user, changes=data.given())
    return PlayerPersonalInfo.objects.get(player=request.user)


@router.get("/me/game-data", response=GameDataOut, summary="My totals")
@access.scope("profile:read")
@access.signed_in
def my_game_data(request: HttpRequest) -> PlayerGameData:
    """Read only: the game counts them."""
    return PlayerGameData.objects.get(player=request.user)


@router.get("/me/permissions", response=PermissionsOut, summary="My roles and permissions")
@access.scope("profile:read")
@access.signed_in
def my_permissions(request: HttpRequest) -> dict:
    """What I may do. Roles are given by the staff in the console, never by a program."""
    permissions = [name for name in PERMISSIONS if may(request.user, name)]
    return {"roles": roles_of(request.user), "permissions": permissions}


def profile_out(player: Player) -> dict:
    player = Player.objects.select_related("profile").get(pk=player.pk)
    profile = player.profile
    return {
        "username": player.username,
        "display_name": profile.display_name,
        "name": profile.name,
        "bio": profile.bio,
        "social_links": profile.social_links,
        "avatar_url": player.own_avatar_url,
    }


def privacy_out(player: Player) -> dict:
    rows = Player.objects.select_related("profile", "preferences", "personal_info")
    fresh = rows.get(pk=player.pk)
    return {
        "profile_visibility": fresh.profile.profile_visibility,
        "privacy_level": fresh.preferences.privacy_level,
        "visibility_settings": fresh.personal_info.visibility_settings,
    }
