"""Who may give and take which role in a room."""

OWNER, CO_OWNER, MODERATOR, MEMBER = "owner", "co_owner", "moderator", "member"
RANKS = {MEMBER: 0, MODERATOR: 1, CO_OWNER: 2, OWNER: 3}
# Staff of the installation, in the room or not.
STAFF = 4
# Ownership changes hands by a transfer, which leaves nobody without a role and no room with two owners.
GIVEN = (CO_OWNER, MODERATOR, MEMBER)
# From this rank on one decides about others' roles, and about who is let in.
DECIDES = RANKS[CO_OWNER]


def rank(*, role: str, is_staff: bool) -> int:
    return STAFF if is_staff else RANKS.get(role, 0)


def may_give(*, own: int, current: str, wanted: str) -> bool:
    """Only below one's own rank, both what somebody is and what he becomes."""
    return (
        own >= DECIDES
        and wanted in GIVEN
        and current in GIVEN
        and RANKS[current] < own
        and RANKS[wanted] < own
    )


def may_remove(*, own: int, current: str) -> bool:
    return own >= RANKS[MODERATOR] and RANKS.get(current, 0) < own


def givable(*, own: int, current: str) -> list[str]:
    """The roles that can be given to somebody with this role, highest first."""
    return [
        wanted for wanted in GIVEN if wanted != current and may_give(own=own, current=current, wanted=wanted)
    ]
