from django.db import transaction
from django.db.models import F

from padawanforge.kit.events import announce
from players.actions.activity import mark_for_evaluation, note_xp
from players.models import ExperienceEntry, Player, PlayerGameData
from players.rules.levels import level_for
from players.signals import level_reached


@transaction.atomic
def award_xp(*, player: Player, amount: int, reason: str, source_type: str, source_id: str) -> int:
    """Write the ledger and the totals; what was added, 0 when this source has already paid."""
    if amount <= 0:
        return 0
    entry, created = ExperienceEntry.objects.get_or_create(
        player=player,
        source_type=source_type,
        source_id=source_id,
        defaults={"delta": amount, "reason": reason},
    )
    if not created:
        return 0
    # The update takes the row's lock, so the totals read below are those of this transaction.
    row = PlayerGameData.objects.filter(player=player)
    row.update(experience_points=F("experience_points") + amount)
    xp, before = row.values_list("experience_points", "level").get()
    note_xp(player_id=player.pk, amount=amount, at=entry.created_at)
    mark_for_evaluation([player.pk])
    level = level_for(xp)
    if level > before:
        row.update(level=level)
        announce(level_reached, sender=Player, player_id=player.pk, level=level)
    return amount
