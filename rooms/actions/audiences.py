"""Refusals by age: at the door, and where somebody chooses for whom a room is."""

from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.ages import band_of
from rooms.models import Room
from rooms.queries.audiences import why_not
from rooms.queries.doors import has_misfits, is_staff
from rooms.refusals import FieldRefused
from rooms.rules.audiences import FROM_13, NOT_FOR_ALL_INSIDE, NOT_FOR_OWNER, lets_in, problem_of_choice
from rooms.rules.doors import Door


class NotForYourAge(DomainError):
    code = "forbidden"


class AudienceRefused(FieldRefused):
    pass


def refuse_by_age(room: Room, player: Player, found: Door) -> None:
    if found is Door.AGE:
        raise NotForYourAge(why_not(room, player))


def refuse_to_open(room: Room, owner: Player | None) -> None:
    """For a room that isn't stored yet. Without an owner it is the site's own."""
    if problem := problem_of_audience(room, by=owner, was=FROM_13):
        raise AudienceRefused(problem, field="audience")
    if owner is None or is_staff(owner):
        return
    if not lets_in(room.audience, band_of(owner), has_children=False):
        raise AudienceRefused(NOT_FOR_OWNER, field="audience")


def problem_of_audience(room: Room, *, by: Player | None, was: str) -> str:
    """Why the room can't be for whom it says now, where it was for others before; empty when it can.

    Nobody is put out: for whom he is inside, it stays.
    """
    by_staff = by is None or is_staff(by)
    problem = problem_of_choice(room.audience, was=was, visibility=room.visibility, is_staff=by_staff)
    if problem or room.pk is None or room.audience == was:
        return problem
    return NOT_FOR_ALL_INSIDE if has_misfits(room, room.audience) else ""
