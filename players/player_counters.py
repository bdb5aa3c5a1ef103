"""The figures for achievements that this app can answer for."""

from players import counters
from players.models import PlayerGameData

COLUMNS = {
    "level": "level",
    "xp": "experience_points",
    "sessions": "total_sessions",
    "day_streak_best": "day_streak_best",
    "comebacks": "comebacks",
}


@counters.register(*COLUMNS)
def totals(player_id: int) -> dict[str, int | float]:
    row = PlayerGameData.objects.filter(player=player_id).values_list(*COLUMNS.values()).first()
    return dict(zip(COLUMNS, row or (0,) * len(COLUMNS), strict=True))
