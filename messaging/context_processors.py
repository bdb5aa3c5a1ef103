from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from messaging.queries.announcements import banners_for
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


def banners(request: HttpRequest) -> dict[str, object]:
    """What is announced at this moment, for the top of every page."""
    user = getattr(request, "user", None) or AnonymousUser()
    return {"banners": SimpleLazyObject(lambda: banners_for(user, timezone.now()))}
