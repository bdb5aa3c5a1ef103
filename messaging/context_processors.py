from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from messaging.queries.notifications import unread_count
from players.models import Player
from players.queries.relationships import open_requests


def waiting(request: HttpRequest) -> dict[str, object]:
    """What waits for the player, for the header; counted only where it is shown, and derived every time."""
    user = getattr(request, "user", None)
    if not isinstance(user, Player) and not getattr(user, "is_authenticated", False):
        return {"unread_notifications": 0, "open_requests": 0}
    return {
        "unread_notifications": SimpleLazyObject(lambda: unread_count(user)),
        "open_requests": SimpleLazyObject(lambda: open_requests(user)),
    }
