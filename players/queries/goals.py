"""Achievements for programs: all that can be reached, and those that a player has."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from padawanforge.kit.paging import Page, page_of
from players.models import Achievement, Player, PlayerAchievement


def goals_for(player: Player) -> QuerySet[Achievement]:
    """What can be reached, in order; hidden ones only once the player has them. There are a few dozen."""
    held = PlayerAchievement.objects.filter(player=player, achievement=OuterRef("pk"))
    return Achievement.objects.annotate(is_unlocked=Exists(held)).filter(
        Q(is_active=True, is_hidden=False) | Q(is_unlocked=True)
    )


def unlocked_by(player: Player, *, after: str = "", limit: int) -> Page:
    """The newest first; what was unlocked stays, also when the achievement was retired."""
    rows = PlayerAchievement.objects.filter(player=player).select_related("achievement")
    return page_of(rows, order=("-unlocked_at", "-pk"), cursor=after, limit=limit)
