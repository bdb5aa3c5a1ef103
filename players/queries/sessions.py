"""The browsers in which a player is signed in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

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
