"""Refusals by age: at the door, and where somebody chooses for whom a room is."""

from collections.abc import Collection
from datetime import datetime

from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.ages import band_of
from rooms.models import Room, StaffEntry
from rooms.queries.audiences import why_not
from rooms.queries.doors import is_staff, misfits_in
from rooms.refusals import FieldRefused
from rooms.rules.audiences import (
    FROM_13,
    NOT_FOR_ALL_INSIDE,
    NOT_FOR_OWNER,
    audiences_for,
    lets_in,
    problem_of_choice,
)
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
    misfits = misfits_in(room, room.audience)
    return "" if all(is_staff(player) for player in misfits) else NOT_FOR_ALL_INSIDE


def note_staff_entry(room: Room, player: Player, *, now: datetime) -> None:
    """Call it when somebody has come in: whether nothing but a role of the staff has let him."""
    if is_staff(player) and room.audience not in audiences_for(band_of(player)):
        _note([player], room, now)


def note_staff_inside(room: Room, *, now: datetime) -> None:
    """Call it when the room has become one for others: only staff may be inside for whom it isn't."""
    _note(misfits_in(room, room.audience), room, now)


def _note(players: Collection[Player], room: Room, now: datetime) -> None:
    entries = [StaffEntry(room=room, player=player, looked_at=now) for player in players]
    StaffEntry.objects.bulk_create(entries, ignore_conflicts=True)
