"""What a report is worth, and when reports alone take a statement out of play."""

from learning.rules.calibration import wilson

LEAST_TRUST, MOST_TRUST = 0.2, 1.5
# Who has said nothing yet is believed as if one of two earlier reports had been confirmed.
PRIOR_CONFIRMED, PRIOR_DISMISSED = 1.0, 1.0
TRUSTED = 0.6
SUSPENDING_REPORTERS = 3
SUSPENDING_RATE = 0.03
# However few have met the statement: one voice alone never takes it away from all the others.
LEAST_REPORTERS = 2
# Of fewer players a share says nothing.
LEAST_PLAYERS = 10


def trust_of(*, confirmed: int, dismissed: int, is_guest: bool) -> float:
    """0.2 (nobody was ever right so seldom, and guests) to 1.5, by what became of earlier reports."""
    if is_guest:
        return LEAST_TRUST
    right = confirmed + PRIOR_CONFIRMED
    share = right / (right + dismissed + PRIOR_DISMISSED)
    return LEAST_TRUST + (MOST_TRUST - LEAST_TRUST) * share


def is_trusted(trust: float) -> bool:
    return trust >= TRUSTED


def suspends(*, trusts: list[float], players: int) -> bool:
    """`trusts` of the distinct reporters whose reports stand; `players` who have answered it."""
    trusted = sum(is_trusted(trust) for trust in trusts)
    if trusted >= SUSPENDING_REPORTERS:
        return True
    if trusted < LEAST_REPORTERS or players < LEAST_PLAYERS:
        return False
    low, _ = wilson(min(sum(trusts), players), players)
    return low > SUSPENDING_RATE
