"""Only our own pages may open a socket: the session cookie travels with everybody else's requests too."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

App = Callable[[dict, Callable, Callable], Awaitable[None]]


def guarded(app: App) -> App:
    """Refuse the handshake (HTTP 403) when the page that asks for it is not one of ours."""

    async def guard(scope: dict, receive: Callable, send: Callable) -> None:
        if is_trusted(scope["headers"]):
            await app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close"})

    return guard


def is_trusted(headers: list[tuple[bytes, bytes]]) -> bool:
    """The Origin is the site under which the socket was asked for, or one that the settings trust."""
    found = {name: value.decode("latin-1") for name, value in headers if name in {b"origin", b"host"}}
    origin, host = found.get(b"origin", ""), found.get(b"host", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # The scheme is not compared: behind a proxy that ends TLS we see http for an https page.
    is_same = parts.scheme in {"http", "https"} and bool(host) and parts.netloc == host
    return is_same and validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)
