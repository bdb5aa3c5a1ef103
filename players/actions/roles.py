"""Gives and takes roles and changes what they open. Everything here is written down with who did it and why."""

from collections.abc import Collection, Iterable
from typing import NoReturn

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.access import (
    cut_access,
    cut_access_of,
    every_right,
    refuse_last_system_admin,
    tell_lost,
)
from players.actions.audit import record
from players.choices import BRINGS, ROLES, STAFF_ROLES, RoleName
from players.models import Player, Role
from players.models.player import PlayerQuerySet
from players.permissions import may_give_roles
from players.queries.roles import further_of, held_roles, holders_of, level_of, names_of
from players.rules.roles import with_brought


class RoleNotForGuests(DomainError):
    pass


class RoleRefused(DomainError):
    code = "forbidden"


class RoleNeeded(DomainError):
    pass


@transaction.atomic
def ensure_roles() -> None:
    """Create the documented roles with their permissions; what staff changed later is left alone."""
    for name, (level, description, permissions) in ROLES.items():
        display_name = RoleName(name).label
        group, _ = Group.objects.get_or_create(name=display_name)
        _, created = Role.objects.get_or_create(
            name=name,
            defaults={
                "group": group,
                "display_name": display_name,
                "description": description,
                "level": level,
            },
        )
        if created:
            group.permissions.set(
                Permission.objects.filter(content_type__app_label="players", codename__in=permissions)
            )


def groups_of(role: Role) -> list[Group]:
    """The role's own group and those of the roles it brings."""
    return _groups(with_brought([role.name], BRINGS))


@transaction.atomic
def change_role(*, player: Player, role: str, by: Player | None = None, reason: str = "") -> None:
    """Make the role the player's primary one, in place of the former; roles given besides stay."""
    set_roles(player=player, primary=role, further=None, by=by, reason=reason)


@transaction.atomic
def set_roles(
    *,
    player: Player,
    primary: str,
    further: Collection[str] | None,
    by: Player | None = None,
    reason: str = "",
) -> None:
    """Let the player hold these roles and what they bring; None leaves those besides the primary one."""
    new = _given(primary, by)
    row = _locked(player, by)
    before, held = _standing(row), further_of(row)
    for name in held.symmetric_difference(held if further is None else further):
        _given(name, by)
    row.primary_role = new
    _hold(row, (held if further is None else set(further)) - {new.name})
    _tell("role.changed", player, row, by=by, before=before, reason=reason)


@transaction.atomic
def give_role(*, player: Player, role: str, by: Player | None = None, reason: str = "") -> bool:
    """Give the role besides the primary one; false when the player holds it already."""
    new = _given(role, by)
    row = _locked(player, by)
    if new.name in held_roles(row):
        return False
    before = _standing(row)
    _hold(row, further_of(row) | {new.name})
    _tell("role.given", player, row, by=by, before=before, reason=reason)
    return True


@transaction.atomic
def take_role(*, player: Player, role: str, by: Player | None = None, reason: str = "") -> bool:
    """Take a role that was given besides the primary one; false when the player doesn't hold it."""
    old = _given(role, by)
    row = _locked(player, by)
    if old.name not in held_roles(row):
        return False
    further = further_of(row)
    if old.name not in further:
        _refuse_taking(old, row, further)
    before = _standing(row)
    _hold(row, further - {old.name})
    _tell("role.taken", player, row, by=by, before=before, reason=reason)
    return True


@transaction.atomic
def change_permissions(
    *, role: Role, permissions: Iterable[Permission], by: Player | None = None, reason: str = ""
) -> None:
    """Let the role open exactly these doors; everybody who holds it notices."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    chosen = list(permissions)
    names = sorted(permission.codename for permission in chosen)
    require_reach(role, by)
    require_usable(role.name, permissions=names, is_active=role.is_active)
    before = sorted(role.group.permissions.values_list("codename", flat=True))
    role.group.permissions.set(chosen)
    cut_access_of(holders_of(role))
    tell_lost(_ids(holders_of(role)), set(before) - set(names))
    record(
        actor=by, verb="role.permissions_changed", subject=role,
        before={"permissions": before}, after={"permissions": names}, reason=reason,
    )  # fmt: skip


@transaction.atomic
def switch_role(*, role: Role, is_active: bool, by: Player | None = None, reason: str = "") -> None:
    """Let the role give its permissions, or nothing while it is switched off; who holds it keeps it."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    require_reach(role, by)
    require_usable(role.name, permissions=None, is_active=is_active)
    if role.is_active == is_active:
        return
    Role.objects.filter(pk=role.pk).update(is_active=is_active)
    for player in holders_of(role):
        _set_staff(player)
    cut_access_of(holders_of(role))
    if not is_active:
        tell_lost(_ids(holders_of(role)), _opened_by([role.group]))
    record(
        actor=by, verb="role.switched", subject=role, before={"is_active": not is_active},
        after={"is_active": is_active}, reason=reason,
    )  # fmt: skip


def require_usable(name: str, *, permissions: Collection[str] | None, is_active: bool) -> None:
    """Somebody must always be able to give roles."""
    if name != RoleName.SYSTEM_ADMIN:
        return
    if not is_active:
        raise RoleNeeded("The role of the system admins can't be switched off.")
    if permissions is not None and "admin.roles" not in permissions:
        raise RoleNeeded("System admins have to be able to give roles: leave them admin.roles.")


def require_reach(role: Role | None, by: Player | None) -> None:
    """Nobody reaches above his own level; a command, where `by` is None, reaches all."""
    if by is None:
        return
    if not may_give_roles(by):
        raise RoleRefused("Roles are given by those who hold admin.roles.")
    if role is not None and role.level > level_of(by):
        raise RoleRefused(f"{role.display_name} is above your own role. Ask somebody who holds it.")


def _given(name: str, by: Player | None) -> Role:
    """The role that is to be given or taken, if that is within reach."""
    role = Role.objects.get(name=name)
    if role.name == RoleName.GUEST:
        raise RoleNotForGuests("Guests stay guests, and nobody else becomes one.")
    require_reach(role, by)
    return role


def _locked(player: Player, by: Player | None) -> Player:
    """The row as it is now, kept for this transaction: two who change one player come one after the other."""
    # The role before the player, as in everything that asks for the last system admin.
    Role.objects.select_for_update().get(name=RoleName.SYSTEM_ADMIN)
    rows = Player.objects.select_for_update(of=("self",), no_key=True).select_related("primary_role")
    row = rows.get(pk=player.pk)
    if row.is_guest:
        raise RoleNotForGuests("Guests stay guests, and nobody else becomes one.")
    if by is not None and by.pk != row.pk and level_of(row) > level_of(by):
        raise RoleRefused(f"{row.username} stands above you. Ask somebody of the same level.")
    return row


def _refuse_taking(role: Role, row: Player, further: Collection[str]) -> NoReturn:
    if row.primary_role == role:
        raise RoleNeeded(f"{role.display_name} is the primary role. Choose another primary role instead.")
    bringing = [name for name in (_primary(row), *further) if role.name in BRINGS[RoleName(name)]]
    raise RoleNeeded(f"{role.display_name} comes with {names_of(bringing)}. Take that role instead.")


def _hold(row: Player, further: Collection[str]) -> None:
    """Let the player hold the primary role, these besides, and what they bring: nothing else."""
    roles = with_brought([_primary(row), *further], BRINGS)
    gone = list(row.groups.exclude(role=None).exclude(role__name__in=roles))
    lost = _opened_by(gone)
    if RoleName.SYSTEM_ADMIN not in roles:
        refuse_last_system_admin(row, "The last system admin can't be given another role.")
        lost = every_right() if row.is_superuser else lost
        row.is_superuser = False
    row.groups.remove(*gone)
    row.groups.add(*_groups(roles))
    row.save(update_fields=["primary_role", "is_superuser", "updated_at"])
    _set_staff(row)
    cut_access(row)
    tell_lost([row.pk], lost)


def _tell(
    verb: str, player: Player, row: Player, *, by: Player | None, before: dict[str, object], reason: str
) -> None:
    """Write it down, and let the caller's own object know what it has become."""
    record(actor=by, verb=verb, subject=row, before=before, after=_standing(row), reason=reason)
    player.primary_role, player.is_staff, player.is_superuser = (
        row.primary_role,
        row.is_staff,
        row.is_superuser,
    )


def _standing(row: Player) -> dict[str, object]:
    return {"primary": _primary(row), "further": sorted(further_of(row)), "superuser": row.is_superuser}


def _set_staff(player: Player) -> None:
    """Who holds a working role of the staff may enter the console."""
    working = Role.objects.filter(group__user=player, is_active=True, name__in=STAFF_ROLES)
    player.is_staff = player.is_superuser or working.exists()
    Player.objects.filter(pk=player.pk).update(is_staff=player.is_staff)


def _primary(row: Player) -> str:
    return row.primary_role.name if row.primary_role else RoleName.PADAWAN


def _opened_by(groups: Collection[Group]) -> set[str]:
    return set(Permission.objects.filter(group__in=groups).values_list("codename", flat=True))


def _ids(players: PlayerQuerySet) -> list[int]:
    return list(players.values_list("pk", flat=True))


def _groups(roles: Collection[str]) -> list[Group]:
    return list(Group.objects.filter(role__name__in=roles))
