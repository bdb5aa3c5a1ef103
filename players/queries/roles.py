from collections.abc import Iterable

from django.db.models import Max, QuerySet
from django.utils import timezone

from padawanforge.kit.memory import recalled
from padawanforge.kit.prepared import prepared
from players.choices import BRINGS, RoleName
from players.models import Player, Role, SiteBan
from players.models.player import PlayerQuerySet
from players.rules.roles import further_roles, with_brought

# Above every level there can be: whoever has every right in the console answers to nobody.
NO_LIMIT = 32_767


def held_roles(player: Player) -> list[str]:
    """All roles by name, also those that others bring and those that are switched off."""
    return _held(player.pk)


@prepared
def _held(player_id: int) -> QuerySet[Role, str]:
    return Role.objects.filter(group__user=player_id).order_by("level").values_list("name", flat=True)


def further_of(player: Player) -> set[str]:
    """The roles that were given besides the primary one."""
    primary = player.primary_role
    return further_roles(held_roles(player), primary.name, BRINGS) if primary else set()


def names_of(roles: Iterable[str]) -> str:
    """As people read them, from the highest down."""
    found = Role.objects.filter(name__in=list(roles)).order_by("-level")
    return ", ".join(found.values_list("display_name", flat=True))


def level_of(player: Player) -> int:
    """The level of the highest role that works; nobody gives or takes a role above his own."""
    if player.is_superuser:
        return NO_LIMIT
    return recalled((Role, player.pk), lambda: _highest_level(player))


def _highest_level(player: Player) -> int:
    roles = Role.objects.filter(group__user=player, is_active=True)
    return roles.aggregate(highest=Max("level"))["highest"] or 0


def acting_system_admins() -> PlayerQuerySet:
    """Those who can use the role now: neither deactivated nor banned nor about to leave."""
    banned = SiteBan.objects.in_force(timezone.now()).values("player_id")
    holders = Player.objects.present().filter(groups__role__name=RoleName.SYSTEM_ADMIN)
    return holders.exclude(pk__in=banned)


def holders_of(role: Role) -> PlayerQuerySet:
    """Everybody who holds the role, given or brought."""
    return Player.objects.filter(groups=role.group_id).order_by("pk")


def permissions_of_roles() -> dict[str, dict[str, list[str]]]:
    """Role -> permission -> the roles by which it has it: itself, or those that it brings. What works now."""
    roles = Role.objects.order_by("level").prefetch_related("group__permissions")
    own = {
        role.name: {permission.codename for permission in role.group.permissions.all()}
        if role.is_active
        else set[str]()
        for role in roles
    }
    found: dict[str, dict[str, list[str]]] = {name: {} for name in own}
    for name, by_permission in found.items():
        sources = with_brought([name], BRINGS)
        # By level, so that the page says the same each time.
        for source in (role for role in own if role in sources):
            for permission in own.get(source, ()):
                by_permission.setdefault(permission, []).append(source)
    return found
