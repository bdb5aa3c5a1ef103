from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.access import cut_access, refuse_last_system_admin
from players.choices import BRINGS, ROLES, STAFF_ROLES, RoleName
from players.models import Player, Role


class RoleNotForGuests(DomainError):
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
    return list(Group.objects.filter(role__name__in=[role.name, *BRINGS[RoleName(role.name)]]))


@transaction.atomic
def change_role(*, player: Player, role: str) -> None:
    """Make the role the player's primary one, in place of the former; open pages and sockets notice."""
    new = Role.objects.get(name=role)
    if player.is_guest or new.name == RoleName.GUEST:
        raise RoleNotForGuests("Guests stay guests, and nobody else becomes one.")
    if new.name != RoleName.SYSTEM_ADMIN:
        refuse_last_system_admin(player, "The last system admin can't be given another role.")
        player.is_superuser = False
    player.groups.remove(*Group.objects.exclude(role=None))
    player.groups.add(*groups_of(new))
    player.primary_role = new
    player.is_staff = new.name in STAFF_ROLES
    player.save(update_fields=["primary_role", "is_staff", "is_superuser", "updated_at"])
    cut_access(player)


@transaction.atomic
def change_permissions(*, role: Role, permissions: Iterable[Permission]) -> None:
    """Let the role open exactly these doors; everybody who holds it notices."""
    role.group.permissions.set(permissions)
    for player in Player.objects.filter(groups=role.group).order_by("pk"):
        cut_access(player)
