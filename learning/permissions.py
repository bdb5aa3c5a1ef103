from django.contrib.auth.models import AnonymousUser

from padawanforge.kit.access import asks
from players.models import Player
from players.permissions import may, may_see_games

__all__ = ["may_author", "may_see_games"]


@asks("games.create")
def may_author(player: Player | AnonymousUser) -> bool:
    """To write, review, make, bring in and take out statements. Keys are shown there, so seeing asks it too."""
    return may(player, "games.create")
