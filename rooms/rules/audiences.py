"""For whom a room is by age, and who may choose it."""

from players.rules.ages import Band

FROM_13, FROM_18, CHILDREN, FAMILIES = "from_13", "from_18", "children", "families"
BANDS = {
    FROM_13: frozenset({Band.TEEN, Band.ADULT}),
    FROM_18: frozenset({Band.ADULT}),
    CHILDREN: frozenset({Band.CHILD}),
    FAMILIES: frozenset(Band),
}
# Where children are: somebody who answers for it has looked at the room.
MARKED_BY_STAFF = frozenset({CHILDREN, FAMILIES})
ONLY_STAFF = (
    "Only staff mark a room for children, families or a class, and take that back. Ask a Game Master."
)
PUBLIC_FAMILIES = "A room for a family or a class is not public. Choose restricted or private."
NOT_FOR_ALL_INSIDE = (
    "Somebody is in the room for whom it would not be. Who is inside stays:"
    " choose it once they have left, or open another room."
)
NOT_FOR_OWNER = (
    "You could not be in this room yourself. What counts is the birth date in your personal information."
)


def audiences_for(band: Band) -> list[str]:
    return [audience for audience, bands in BANDS.items() if band in bands]


def lets_in(audience: str, band: Band, *, has_children: bool) -> bool:
    """Staff don't ask. Children may be where they don't belong, when their age became known there."""
    is_apart = band is Band.ADULT and has_children and audience != FAMILIES
    return band in BANDS[audience] and not is_apart


def refusal(name: str, audience: str, band: Band) -> str:
    """Why somebody doesn't come in, and what he can do, for himself to read."""
    if band in BANDS[audience]:
        return f"There are children in {name}, so adults who aren't staff can't come in."
    if band is Band.CHILD:
        return f"{name} is for people from {audience.removeprefix('from_')} years on. The lobby shows your rooms."
    if audience == CHILDREN:
        return f"{name} is for children under 13. Choose another room."
    return (
        f"{name} is for people from 18 years on. What counts is the birth date in your personal information."
    )


def problem_of_choice(audience: str, *, was: str, visibility: str, is_staff: bool) -> str:
    """Why a room can't be for these people, in a sentence; empty when it can."""
    if audience != was and not is_staff and {audience, was} & MARKED_BY_STAFF:
        return ONLY_STAFF
    return PUBLIC_FAMILIES if audience == FAMILIES and visibility == "public" else ""
