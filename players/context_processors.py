from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from players.queries.demo import DemoLeft, demo_left
from players.rules.preferences import INTERFACE, chosen


def theme(request: HttpRequest) -> dict[str, object]:
    """For <html>: rendered by the server, so that nothing flashes or jumps."""
    return {
        "theme": SimpleLazyObject(lambda: _preferred(request, "theme") or "system"),
        "time_zone": SimpleLazyObject(lambda: _preferred(request, "timezone")),
        "interface": SimpleLazyObject(lambda: _interface(request)),
    }


def demo(request: HttpRequest) -> dict[str, object]:
    """For the banner of guests: what is left; nothing is asked of the database for anybody else."""
    return {"demo": SimpleLazyObject(lambda: _left(request))}


def _left(request: HttpRequest) -> DemoLeft | None:
    user = getattr(request, "user", None)
    return demo_left(user) if user is not None and user.is_authenticated and user.is_guest else None


def _preferred(request: HttpRequest, name: str) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return str(getattr(user.preferences, name))


def _interface(request: HttpRequest) -> dict[str, object]:
    """What was chosen for the look, each preference with its value."""
    user = getattr(request, "user", None)
    stored = user.preferences.ui_preferences if user is not None and user.is_authenticated else {}
    return {name: chosen(stored, INTERFACE, name) for name in INTERFACE}
