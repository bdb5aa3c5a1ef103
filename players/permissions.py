"""Who may: the documented permissions, asked by their documented names."""

from django.contrib.auth.models import AnonymousUser

from padawanforge.kit.access import asks
from players.models import Player
from players.queries.guardians import is_guarded, is_minor_now


def may(player: Player | AnonymousUser, permission: str) -> bool:
    """Whether a role of the player holds the permission, such as "games.create"."""
    return player.is_active and player.leaves_at is None and player.has_perm(f"players.{permission}")


@asks("players.view", "demo.access")
def may_see_players(player: Player | AnonymousUser) -> bool:
    return may(player, "players.view") or may(player, "demo.access")


@asks("npcs.view", "demo.access")
def may_see_npcs(player: Player | AnonymousUser) -> bool:
    return may(player, "npcs.view") or may(player, "demo.access")


@asks("games.view", "demo.access")
def may_see_games(player: Player | AnonymousUser) -> bool:
    return may(player, "games.view") or may(player, "demo.access")


@asks("players.view")
def may_search_players(player: Player | AnonymousUser) -> bool:
    return may(player, "players.view")


@asks("admin.logs")
def may_read_logs(player: Player | AnonymousUser) -> bool:
    return may(player, "admin.logs")


@asks("admin.logs", "admin.config")
def may_see_demos(player: Player | AnonymousUser) -> bool:
    """What guests do and whether they stay, in figures."""
    return may(player, "admin.logs") or may(player, "admin.config")


@asks("admin.roles", "admin.config")
def may_see_what_roles_open(player: Player | AnonymousUser) -> bool:
    return may(player, "admin.roles") or may(player, "admin.config")


def has_account(player: Player | AnonymousUser) -> bool:
    """Somebody who stays: guests have no private segment to fill in, and nobody finds them."""
    return player.is_active and not player.is_guest


@asks("admin.roles")
def may_give_roles(player: Player | AnonymousUser) -> bool:
    return may(player, "admin.roles")


def may_have_tokens(player: Player | AnonymousUser) -> bool:
    """Guests vanish, and so would their programs' right to act."""
    return player.is_active and not player.is_guest


def needs_guardian(player: Player | AnonymousUser) -> bool:
    """A minor without a guardian's agreement: consents, pictures, strangers and own rooms have to wait."""
    return isinstance(player, Player) and is_minor_now(player) and not is_guarded(player)
