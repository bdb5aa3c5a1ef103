"""People say how good an answer was: one to five stars, by whoever asked, changed as often as he likes."""

from datetime import datetime
from uuid import UUID

from npcs.models import Interaction
from padawanforge.kit.errors import DomainError
from players.models import Player

LEAST, MOST = 1, 5


class NotRateable(DomainError):
    """There is no answer of a character here that this player has asked for."""

    code = "not_found"


class NoSuchRating(DomainError):
    code = "invalid"


def note_answer(*, interaction: int | None, message: UUID) -> None:
    """Join the answer with the message in which it was said."""
    if interaction is not None:
        Interaction.objects.filter(pk=interaction).update(answer=message)


def rate_answer(*, message: UUID, player: Player, stars: int | None, now: datetime) -> int | None:
    """Keep the stars, or take them back with None; what is kept now. Only who has asked may say how it was."""
    if stars is not None and not LEAST <= stars <= MOST:
        raise NoSuchRating(f"Give {LEAST} to {MOST} stars.")
    row = _answer(message, player)
    rated_at = None if stars is None else now
    Interaction.objects.filter(pk=row.pk).update(satisfaction_rating=stars, rated_at=rated_at)
    return stars


def rating_of(*, message: UUID, player: Player) -> int | None:
    """What the player has given, None for nothing; NotRateable when it isn't his answer."""
    return _answer(message, player).satisfaction_rating


def _answer(message: UUID, player: Player) -> Interaction:
    """Of several variants the newest is the one that stands there."""
    row = Interaction.objects.filter(answer=message, player=player).order_by("-pk").first()
    if row is None:
        raise NotRateable("Only the one whom a character has answered can rate the answer.")
    return row
