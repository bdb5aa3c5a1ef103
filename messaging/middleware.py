from django.http import HttpRequest
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from messaging.actions.notifications import read_place


class SeenPlaces(MiddlewareMixin):
    """News counts as read when somebody opens the page that it leads to, by whichever way he came there."""

    def process_request(self, request: HttpRequest) -> None:
        if _is_visit(request) and request.user.is_authenticated:
            read_place(player=request.user, path=request.path, now=timezone.now())


def _is_visit(request: HttpRequest) -> bool:
    """A page that somebody looks at: neither a fragment nor a program nor a browser that looks ahead."""
    told = request.headers
    is_page = request.method == "GET" and "text/html" in told.get("Accept", "")
    return is_page and "HX-Request" not in told and "prefetch" not in told.get("Sec-Purpose", "")
