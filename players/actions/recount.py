"""Brings a player's figures back to what the ledger, the answers and the sessions say."""

from datetime import datetime

from django.db import transaction

from players.actions.achievements import unlock
from players.models import ActivityDay, Player, PlayerGameData
from players.queries.achievements import reached_by
from players.queries.recount import FIGURES, Difference, recount


@transaction.atomic
def recompute_progress(*, player_id: int, now: datetime, dry_run: bool = False) -> list[Difference]:
    """Mend what differs; what differed. Nothing that was unlocked or reached is ever taken away.

    A dry run does the same and takes it back: achievements depend on figures that have to be mended first.
    """
    rows = PlayerGameData.objects.filter(player=player_id)
    # Whoever plays now waits, and adds to what is found here.
    list(rows.select_for_update(no_key=True).values_list("pk"))
    player = Player.objects.select_related("game_data", "preferences").get(pk=player_id)
    found = recount(player, now=now)
    if found.differences:
        rows.update(**found.totals)
        ActivityDay.objects.bulk_create(
            [ActivityDay(player=player, day=day, **figures) for day, figures in found.days.items()],
            update_conflicts=True,
            unique_fields=["player", "day"],
            update_fields=FIGURES,
        )
        ActivityDay.objects.filter(player=player).exclude(day__in=list(found.days)).delete()
    reached = reached_by(player_id)
    unlock(player_id=player_id, achievements=reached, now=now)
    transaction.set_rollback(dry_run)
    unlocked = [Difference(f"achievement {one.code}", "locked", "unlocked") for one in reached]
    return [*found.differences, *unlocked]
