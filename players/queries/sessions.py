"""The browsers in which a player is signed in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from padawanforge.kit.memory import keep, recalled
from padawanforge.kit.prepared import prepared
from padawanforge.kit.session_store import SessionStore
from players.models import Player
from players.rules.devices import Device, device_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    pk: int
    device: Device
    address: str
    since: datetime
    last_seen: datetime
    is_this_one: bool


def stored_session(session_key: str) -> SessionStore:
    """The session as it is in the database now; empty when it has run out or was ended."""
    store = SessionStore(session_key)
    # Where the store itself keeps what it has loaded.
    store._session_cache = recalled((Session, session_key), store.load)  # type: ignore[attr-defined]
    return store


def know_sessions(session_keys: Collection[str]) -> None:
    """Read several in one query, for the rest of the reading."""
    found = {
        row.session_key: dict(_decoded(row.session_data)) for row in _alive(session_keys, timezone.now())
    }
    for key in session_keys:
        keep((Session, key), found.get(key, {}))


@lru_cache(maxsize=4096)
def _decoded(data: str) -> dict:
    """What the browser has stored: signed, and the same with every heartbeat."""
    return SessionStore().decode(data)


@prepared
def _alive(session_keys: Collection[str], now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key__in=session_keys, expire_date__gt=now)


def sessions_of(player: Player, session_key: str) -> list[SignedIn]:
    """This browser first, then by when they were last used; sessions that have run out are left out."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user=player, session_key__in=alive).order_by("-last_seen_at")
    found = [
        SignedIn(
            row.pk,
            device_of(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == session_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda entry: not entry.is_this_one)
