"""Who may: the documented permissions, asked by their documented names."""

from django.contrib.auth.models import AnonymousUser

from players.models import Player


def may(player: Player | AnonymousUser, permission: str) -> bool:
    """Whether a role of the player holds the permission, such as "games.create"."""
    return player.is_active and player.has_perm(f"players.{permission}")


def may_see_players(player: Player | AnonymousUser) -> bool:
    return may(player, "players.view") or may(player, "demo.access")


def may_see_npcs(player: Player | AnonymousUser) -> bool:
    return may(player, "npcs.view") or may(player, "demo.access")


def may_see_games(player: Player | AnonymousUser) -> bool:
    return may(player, "games.view") or may(player, "demo.access")


def may_give_roles(player: Player | AnonymousUser) -> bool:
    return may(player, "admin.roles")
