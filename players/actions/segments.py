"""Changing single fields of one's own segments, as programs do; pages save whole forms by the same actions."""

from collections.abc import Collection, Mapping
from datetime import time

from django.core.exceptions import ValidationError
from django.db import models, transaction

from padawanforge.kit.markdown import clean_text
from players.actions import settings
from players.models import Player, PlayerPersonalInfo, PlayerPreferences, PlayerProfile

Changes = Mapping[str, object]

# What privacy consists of: a field in each of three segments.
PRIVACY = ("profile_visibility", "privacy_level", "visibility_settings")


@transaction.atomic
def change_profile(*, player: Player, changes: Changes) -> None:
    profile = PlayerProfile.objects.select_for_update().get(player=player)
    _set(profile, changes, settings.PROFILE)
    settings.save_profile(profile=profile)


@transaction.atomic
def change_preferences(*, player: Player, changes: Changes) -> None:
    preferences = PlayerPreferences.objects.select_for_update().get(player=player)
    _set(preferences, changes, {*settings.PREFERENCES, *settings.NOTIFICATIONS})
    settings.save_preferences(preferences=preferences)
    settings.save_notifications(preferences=preferences)


@transaction.atomic
def change_privacy(*, player: Player, changes: Changes) -> None:
    """Who sees the player: kept in three segments, changed as one."""
    profile = PlayerProfile.objects.select_for_update().get(player=player)
    preferences = PlayerPreferences.objects.select_for_update().get(player=player)
    info = PlayerPersonalInfo.objects.select_for_update().get(player=player)
    _refuse_others(changes, PRIVACY)
    for name, row in zip(PRIVACY, (profile, preferences, info), strict=True):
        _set(row, {name: changes[name]} if name in changes else {}, {name})
    settings.save_privacy(profile=profile, preferences=preferences, info=info)


@transaction.atomic
def change_personal_info(*, player: Player, changes: Changes) -> None:
    info = PlayerPersonalInfo.objects.select_for_update().get(player=player)
    _set(info, changes, settings.PERSONAL)
    settings.save_personal_info(info=info)


def _set(row: models.Model, changes: Changes, allowed: Collection[str]) -> None:
    _refuse_others(changes, allowed)
    for name, value in changes.items():
        setattr(row, name, _clean(value))


def _refuse_others(changes: Changes, allowed: Collection[str]) -> None:
    """Only the fields that a player may change himself, whatever was sent."""
    if strange := sorted(set(changes) - set(allowed)):
        raise ValidationError({name: "This can't be changed here." for name in strange})


def _clean(value: object) -> object:
    """As typed text is stored everywhere: without invisible characters and spaces around it."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, time):
        # A time of the player's own day, to the minute; programs may send a zone with it.
        return value.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
