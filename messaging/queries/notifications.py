from messaging.models import Notification, PushSubscription
from padawanforge.kit.paging import Page, page_of
from players.models import Player

PAGE = 30
# What a list shows: everything that waits, what is unread of it, or what was put away.
STATES = {
    "": Notification.objects.shown,
    "unread": Notification.objects.unread,
    "dismissed": Notification.objects.put_away,
}


def unread_count(player: Player) -> int:
    return Notification.objects.unread().filter(recipient=player).count()


def notifications_of(
    player: Player, *, after: str = "", kind: str = "", priority: str = "", state: str = "", limit: int = PAGE
) -> Page:
    """What the player is told, the newest first; of one kind, priority or state only, if it is named."""
    found = STATES[state]().filter(recipient=player)
    if kind:
        found = found.filter(category=kind)
    if priority:
        found = found.filter(priority=priority)
    return page_of(found, order=("-told_at", "-pk"), cursor=after, limit=limit)


def notification_of(player: Player, pk: int) -> Notification | None:
    return Notification.objects.filter(recipient=player, pk=pk).select_related("recipient").first()


def browsers_of(player: Player) -> list[PushSubscription]:
    """Which browsers may be woken for the player."""
    return list(PushSubscription.objects.filter(player=player).order_by("pk"))
