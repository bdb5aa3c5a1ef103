from dataclasses import dataclass

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
