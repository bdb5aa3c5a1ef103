from django.db.models import Q

from messaging.models import Notification
from padawanforge.kit.paging import Page, page_of
from players.models import Player

PAGE = 30


def unread_count(player: Player) -> int:
    return Notification.objects.unread().filter(recipient=player).count()


def notifications_of(player: Player, *, after: str = "", kind: str = "", limit: int = PAGE) -> Page:
    """What the player is told, the newest first; of one kind only, if it is named."""
    shown = Notification.objects.shown().filter(Q(recipient=player), *([Q(category=kind)] if kind else []))
    return page_of(shown, order=("-told_at", "-pk"), cursor=after, limit=limit)


def notification_of(player: Player, pk: int) -> Notification | None:
    return Notification.objects.filter(recipient=player, pk=pk).select_related("recipient").first()
