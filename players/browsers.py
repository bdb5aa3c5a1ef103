"""What a request tells about the browser it comes from."""

import time
from threading import Lock

from allauth.account.adapter import get_adapter
from cachetools import TTLCache
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from players.actions.sessions import Browser

# How exactly "last used" is known; in between a page costs no write.
NOTED_SECONDS = 300
RENEWED = "renewed_on"
# So long this process need not ask again.
KNOWN_SECONDS = 60

_noted: TTLCache[str, bool] = TTLCache(20_000, KNOWN_SECONDS, timer=time.time)
_lock = Lock()


def browser_of(request: HttpRequest) -> Browser:
    return Browser(
        session_key=request.session.session_key or "",
        address=get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else "0.0.0.0",  # noqa: S104
        agent=request.META.get("HTTP_USER_AGENT", ""),
    )


def is_noted(session: SessionBase) -> bool:
    """Whether the session was seen in the last minutes; a session in use lives on, a day at a time."""
    today = timezone.now().date().isoformat()
    if session.get(RENEWED) != today:
        session[RENEWED] = today
    key = f"players.session.{session.session_key}"
    with _lock:
        if key in _noted:
            return True
    if cache.add(key, 1, timeout=NOTED_SECONDS):
        return False
    with _lock:
        _noted[key] = True
    return True
