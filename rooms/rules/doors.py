"""Who may come into a room, and how. The page, the interface for programs and the socket ask here."""

from dataclasses import dataclass
from enum import StrEnum

RESTRICTED, PRIVATE = "restricted", "private"
# How long a place that became free is held for whoever waited longest.
HELD_MINUTES = 30
# Who was declined may ask again after it.
ASK_AGAIN_HOURS = 24


class Door(StrEnum):
    """What somebody finds at the door."""

    INSIDE = "inside"  # he is a member
    OPEN = "open"  # he may enter
    FULL = "full"  # he may, as soon as there is a place; until then he can wait for one
    ASK = "ask"  # somebody inside decides
    GUESTS = "guests"  # it is not for guests
    AGE = "age"  # it is for people of another age
    CLOSED = "closed"
    HIDDEN = "hidden"  # there is no such room, as far as he knows


@dataclass(frozen=True, slots=True)
class Doorway:
    """A room as somebody comes to it."""

    visibility: str
    requires_approval: bool
    admits_guests: bool
    is_closed: bool
    is_full: bool
    is_guest: bool
    is_member: bool
    is_invited: bool
    is_staff: bool
    # Whether the room is for people of his age.
    is_of_age: bool


def door(at: Doorway) -> Door:
    """An invitation stands for the approval, not for the age; who is inside stays, whatever his age is.

    Staff come in everywhere, as they answer for what happens there.
    """
    is_welcome = at.is_member or at.is_invited or at.is_staff
    if at.visibility == PRIVATE and not is_welcome:
        return Door.HIDDEN
    if at.is_closed:
        return Door.CLOSED
    if at.is_guest and not at.admits_guests:
        return Door.GUESTS
    if at.is_member:
        return Door.INSIDE
    if not at.is_of_age and not at.is_staff:
        return Door.AGE
    is_asked = (at.visibility == RESTRICTED or at.requires_approval) and not is_welcome
    place = Door.FULL if at.is_full else Door.OPEN
    return Door.ASK if is_asked else place
