"""Which usernames are free."""

import hashlib
from datetime import datetime

from players.models import Player, UsernameReservation
from players.rules.names import look_of


def name_hash(username: str) -> str:
    return hashlib.sha256(username.casefold().encode()).hexdigest()


def is_taken(username: str, *, now: datetime, by: Player | None = None) -> bool:
    """Whether somebody else has this name, one that looks like it, or has lately given it up."""
    others = Player.objects.all()
    kept_back = UsernameReservation.objects.in_force(now).filter(name_hash=name_hash(username))
    if by is not None:
        others, kept_back = others.exclude(pk=by.pk), kept_back.exclude(holder=by.uuid)
    return others.filter(username_look=look_of(username)).exists() or kept_back.exists()
