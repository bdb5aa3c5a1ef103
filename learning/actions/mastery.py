"""Mastery is a share of the statements that can be played, so it moves when they do."""

from collections.abc import Mapping

from django.db import transaction

from learning.actions.skills import lock_players
from learning.models import ReviewCard, Topic, TopicSkill
from learning.queries.pools import pools_of
from learning.rules.mastery import Pool, mastery

CHUNK = 200
# A smaller change than half a percent isn't seen.
SEEN_FROM = 0.005


def refresh_mastery() -> int:
    """Compute everybody's mastery over the statements of today; how many changed."""
    pools = pools_of(Topic.objects.values_list("pk", flat=True))
    changed, last = 0, 0
    while ids := _players_after(last):
        changed += _refresh(ids, pools)
        last = ids[-1]
    return changed


def _players_after(player_id: int) -> list[int]:
    rows = TopicSkill.objects.filter(player__gt=player_id).order_by("player")
    return list(rows.values_list("player_id", flat=True).distinct()[:CHUNK])


@transaction.atomic
def _refresh(player_ids: list[int], pools: Mapping[int, Pool]) -> int:
    lock_players(player_ids)
    changed = []
    for row in TopicSkill.objects.filter(player__in=player_ids).order_by("pk"):
        now = mastery(mean=row.theta_mean, variance=row.theta_var, pool=pools.get(row.topic_id, ()))
        if max(abs(now.share - row.mastery), abs(now.low - row.mastery_low)) >= SEEN_FROM:
            row.mastery, row.mastery_low = now.share, now.low
            changed.append(row)
    TopicSkill.objects.bulk_update(changed, ["mastery", "mastery_low"])
    return len(changed)


def put_aside(*, card: ReviewCard, is_aside: bool) -> None:
    """The player doesn't want to be asked this fact, or does again; what is known of it stays."""
    ReviewCard.objects.filter(pk=card.pk).update(suspended=is_aside)
