"""Sessions in the database, found by a prepared question: every page and every call asks for one."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from padawanforge.kit.prepared import prepared

# As Django has it.
SHORTEST = 8


def is_key(text: str) -> bool:
    """Whether it can be the key of a session: what a cookie says comes from strangers, and may hold a NUL."""
    return len(text) >= SHORTEST and text.isascii() and text.isalnum()


class SessionStore(DatabaseStore):
    """Named as Django's own, with whose name what is stored was signed."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and is_key(str(key))

    def load(self) -> dict[str, Any]:
        found = _alive(self.session_key, timezone.now())
        if not found:
            # What has run out or was ended isn't used again.
            self._session_key = None
            return {}
        return self.decode(found[0])


@prepared
def _alive(session_key: str | None, now: datetime) -> QuerySet[Session, str]:
    found = Session.objects.filter(session_key=session_key, expire_date__gt=now)
    return found.values_list("session_data", flat=True)
