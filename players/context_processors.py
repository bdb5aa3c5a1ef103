from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def theme(request: HttpRequest) -> dict[str, object]:
    """For <html>: rendered by the server, so that nothing flashes or jumps."""
    return {
        "theme": SimpleLazyObject(lambda: _preferred(request, "theme") or "system"),
        "time_zone": SimpleLazyObject(lambda: _preferred(request, "timezone")),
    }


def _preferred(request: HttpRequest, name: str) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return str(getattr(user.preferences, name))
