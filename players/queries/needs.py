"""What players need to take part on equal terms. It is private: used for the clock, shown to nobody."""

from collections.abc import Collection
from typing import Any

from players.models import PlayerPersonalInfo


def has_own_time(player_id: int) -> bool:
    """Whether the player has more time than others, or listens to the page instead of reading it."""
    return bool(with_own_time([player_id]))


def with_own_time(player_ids: Collection[int]) -> set[int]:
    """Of these players those who have more time than others, or listen to the page: one query."""
    rows = PlayerPersonalInfo.objects.filter(player__in=player_ids).values_list(
        "player", "accessibility_needs"
    )
    return {pk for pk, needs in rows if _is_own_time(needs or {})}


def _is_own_time(needs: dict[str, Any]) -> bool:
    return bool(needs.get("screen_reader")) or needs.get("time_factor", 1.0) != 1


def time_factors_of(player_ids: Collection[int]) -> dict[int, float]:
    """For figures of large groups; who isn't in it has the usual time."""
    rows = PlayerPersonalInfo.objects.filter(player__in=player_ids)
    needs = rows.values_list("player", "accessibility_needs")
    return {pk: factor for pk, found in needs if (factor := (found or {}).get("time_factor", 1.0)) != 1}
