"""Who may write to whom, and how much before an answer."""

MAX_UNANSWERED = 3
MAX_NEW_A_DAY = 10
MAXIMUM = "maximum"


def pair_of(one: int, other: int) -> str:
    return f"{min(one, other)}:{max(one, other)}"


def may_write(*, are_friends: bool, is_minor_involved: bool, level: str, was_answered: bool) -> bool:
    """`level` is the recipient's; who closes the door to strangers still gets answers to what he wrote."""
    if are_friends:
        return True
    return not is_minor_involved and (level != MAXIMUM or was_answered)
