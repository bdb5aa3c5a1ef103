"""How much time somebody needs. Private: it is read here and nowhere shown to others."""

from players.models import Player, PlayerPersonalInfo
from rooms.rules.times import known_factor


def time_factor_of(player: Player) -> float:
    """As the player has chosen in his settings; the usual time when he hasn't."""
    info = PlayerPersonalInfo.objects.filter(player=player).first()
    return known_factor(info.accessibility_needs.get("time_factor", 1.0)) if info else 1.0
