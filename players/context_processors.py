from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def theme(request: HttpRequest) -> dict[str, object]:
    """The theme for <html data-theme>: rendered by the server, so that nothing flashes."""
    return {"theme": SimpleLazyObject(lambda: _theme_of(request))}


def _theme_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return "system"
    return str(user.preferences.theme)
