from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import TTLCache
from django.db.models import QuerySet

from padawanforge.kit.memory import keep
from padawanforge.kit.prepared import prepared
from players.models import Player, Role


@dataclass(frozen=True, slots=True)
class HeldRole:
    name: str
    display_name: str
    level: int
    is_primary: bool


def roles_of(player: Player) -> list[HeldRole]:
    """The roles that give the player something, the highest first."""
    roles = Role.objects.filter(group__user=player, is_active=True).order_by("-level", "pk")
    return [
        HeldRole(role.name, role.display_name, role.level, role.pk == player.primary_role_id)
        for role in roles
    ]


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may, as Django names it, and the level of his highest role."""

    permissions: frozenset[str]
    level: int


# The epoch of a player is raised with every change of his rights, so what was found for one stays true. Looked at
# again all the same, for whoever changes them in the database itself.
_found: TTLCache[tuple[int, int], Rights] = TTLCache(maxsize=20_000, ttl=600)
_lock = Lock()


def know_rights(players: Collection[Player]) -> None:
    """Let the players know what their roles open: `may` and `level_of` ask nothing then.

    One query for all whose rights are not known in this process.
    """
    epochs = {player.pk: (player.pk, player.auth_epoch) for player in players}
    with _lock:
        # Each looked up once: between two looks its time may be over.
        looked_up = {pk: _found.get(epoch) for pk, epoch in epochs.items()}
    known = {pk: rights for pk, rights in looked_up.items() if rights is not None}
    if new := epochs.keys() - known.keys():
        read = _rights_of(new)
        with _lock:
            _found.update({epochs[pk]: rights for pk, rights in read.items()})
        known |= read
    for player in players:
        rights = known[player.pk]
        # Where Django's own backend looks first; superusers never come that far.
        player._perm_cache = set(rights.permissions)  # type: ignore[attr-defined]
        keep((Role, player.pk), rights.level)


def forget_rights() -> None:
    with _lock:
        _found.clear()


def _rights_of(ids: Collection[int]) -> dict[int, Rights]:
    names: dict[int, set[str]] = {pk: set() for pk in ids}
    levels = dict.fromkeys(ids, 0)
    for pk, level, app, codename in _by_role(ids):
        # A role that opens nothing has a level all the same.
        names[pk].update([f"{app}.{codename}"] if codename else [])
        levels[pk] = max(levels[pk], level or 0)
    for pk, app, codename in _by_hand(ids):
        names[pk].add(f"{app}.{codename}")
    return {pk: Rights(frozenset(names[pk]), levels[pk]) for pk in ids}


@prepared
def _by_role(ids: Collection[int]) -> QuerySet[Any, tuple[int, int | None, str | None, str | None]]:
    held = Player.groups.through.objects.filter(player__in=ids).exclude(group__role__is_active=False)
    way = "group__permissions__content_type__app_label", "group__permissions__codename"
    return held.values_list("player", "group__role__level", *way)


@prepared
def _by_hand(ids: Collection[int]) -> QuerySet[Any, tuple[int, str, str]]:
    held = Player.user_permissions.through.objects.filter(player__in=ids)
    return held.values_list("player", "permission__content_type__app_label", "permission__codename")
