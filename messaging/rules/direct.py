"""Who may write to whom, how much before an answer, and how a direct message is shown to its author."""

from collections.abc import Sequence

DIRECT = "direct"

MAX_UNANSWERED = 3
MAX_NEW_A_DAY = 10
MAXIMUM = "maximum"

# People in a group, and how many of them may wait for an answer at a time.
MAX_GROUP = 20
MAX_WAITING = 5
# So many names stand for a conversation that has none.
TITLE_NAMES = 3
TITLE_MAX_LENGTH = 80

SUBJECT_MAX_LENGTH = 120
SHORTEST_LIFE = 60
LONGEST_LIFE = 365 * 24 * 3600
# What the form offers: seconds -> words.
LIVES = {3600: "after an hour", 86_400: "after a day", 604_800: "after a week", 2_592_000: "after 30 days"}

SENT, DELIVERED, READ = "sent", "delivered", "read"


def pair_of(one: int, other: int) -> str:
    return f"{min(one, other)}:{max(one, other)}"


def may_write(*, are_friends: bool, is_minor_involved: bool, level: str, was_answered: bool) -> bool:
    """`level` is the recipient's; who closes the door to strangers still gets answers to what he wrote."""
    if are_friends:
        return True
    return not is_minor_involved and (level != MAXIMUM or was_answered)


def may_be_together(*, are_friends: bool, is_minor_involved: bool, is_blocked: bool) -> bool:
    """Whether two people may find themselves in one group, where each writes to each."""
    return not is_blocked and (are_friends or not is_minor_involved)


def title_of(names: Sequence[str]) -> str:
    """What a conversation without a name is called."""
    if not names:
        return "Messages to each other"
    if len(names) > TITLE_NAMES:
        return f"{', '.join(names[: TITLE_NAMES - 1])} and {len(names) - TITLE_NAMES + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def delivery(seq: int, *, delivered: int, read: int | None) -> str:
    """How far one message has come to one reader; `read` is None when that isn't told."""
    if read is not None and read >= seq:
        return READ
    return DELIVERED if delivered >= seq else SENT


def delivery_to_all(states: list[str]) -> str:
    """One word for a group: how far the message has come with those who are furthest behind."""
    if not states:
        return SENT
    return min(states, key=(SENT, DELIVERED, READ).index)


def problem_of_life(seconds: int | None) -> str:
    """Why a message can't disappear after so many seconds; empty when it can."""
    if seconds is None or SHORTEST_LIFE <= seconds <= LONGEST_LIFE:
        return ""
    return "A message can disappear after a minute at the earliest and after a year at the latest."
