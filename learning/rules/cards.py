"""Spaced review of facts: what an answer says of a memory, and when to ask again.

A card is a fact and not a sentence: its true and its false variant take turns, so that the memory of "this one
is true" doesn't pass. FSRS works out the intervals. Its own spread of due days is chance that no replay finds
again, so it is off, and `spread` lays the days apart by a number of the card's own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from random import Random

from fsrs import Card, Rating, Scheduler, State

DESIRED_RETENTION = 0.90
MAXIMUM_DAYS = 365
# Reviews a day; what is left over comes tomorrow.
DAILY_CAP = 60
SLOW, FAST = 1.75, 0.6
LAPSE_SEEN_FOR = 3
OWN_PACE_FROM = 20
SOFT_DAYS = 1
# Below this the days are too few to be spread.
SPREAD_FROM_DAYS = 3
SPREAD = 0.05
SPREAD_LEAST = 1.0

GUESS_MARK, THINK_MARK, SURE_MARK = 1, 2, 3

_scheduler = Scheduler(
    desired_retention=DESIRED_RETENTION,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=MAXIMUM_DAYS,
    enable_fuzzing=False,
)


class Grade(IntEnum):
    """What an answer says of the memory. SOFT is a right one that was marked as a guess: a passing grade
    would be too much, and a lapse wasn't seen; it is asked again tomorrow.
    """

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4
    SOFT = 5


@dataclass(frozen=True, slots=True)
class CardState:
    """`lapses` are of facts that were known before; `since_lapse` counts the reviews after the last one."""

    state: int = State.Learning.value
    step: int | None = 0
    stability: float | None = None
    difficulty: float | None = None
    due: datetime | None = None
    last_review: datetime | None = None
    reps: int = 0
    lapses: int = 0
    since_lapse: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a grade looks at in an answer; `usual_ms` is how long it takes otherwise, None when unknown."""

    is_right: bool
    is_rapid: bool
    response_ms: int
    usual_ms: float | None
    confidence: int | None = None
    is_skip: bool = False
    is_hinted: bool = False


def usual_ms(*, own_ms: float | None, own_answers: int, statement_ms: int | None) -> float | None:
    """The player's own usual time once there are answers enough, else that of the statement."""
    if own_ms and own_answers >= OWN_PACE_FROM:
        return own_ms
    return float(statement_ms) if statement_ms else None


def grade_of(seen: Seen, card: CardState) -> Grade | None:
    """None leaves the card as it is: a click tells nothing, and neither does an answer with a hint."""
    if seen.is_rapid or seen.is_hinted:
        return None
    if seen.is_skip or not seen.is_right:
        return Grade.AGAIN
    if seen.confidence == GUESS_MARK:
        return Grade.SOFT
    return _grade_of_right(seen, has_lapsed=_lapsed_lately(card))


def _grade_of_right(seen: Seen, *, has_lapsed: bool) -> Grade:
    """By how sure and how fast; without a usual time nothing is slow or fast."""
    share = seen.response_ms / seen.usual_ms if seen.usual_ms else None
    if (seen.confidence == THINK_MARK and has_lapsed) or (share is not None and share > SLOW):
        return Grade.HARD
    if seen.confidence == SURE_MARK and share is not None and share < FAST and not has_lapsed:
        return Grade.EASY
    return Grade.GOOD


def may_review(card: CardState, at: datetime) -> bool:
    """A card is graded once a day (UTC, so that a replay finds the same days); later answers leave it."""
    return card.last_review is None or at.astimezone(UTC).date() > card.last_review.astimezone(UTC).date()


def is_due(card: CardState, at: datetime) -> bool:
    return card.due is not None and card.due <= at


def reviewed(card: CardState, grade: Grade, at: datetime, *, seed: int | None = None) -> CardState:
    """The card after the answer. With a seed its next day lies a little off, so that what was learned in one
    evening isn't due in one evening.
    """
    at = at.astimezone(UTC)
    rating = Rating.Hard if grade is Grade.SOFT else Rating(int(grade))
    after, _ = _scheduler.review_card(_fsrs(card, at), rating, at)
    days = (after.due - at).days
    if grade is Grade.SOFT:
        days = min(days, SOFT_DAYS)
    elif seed is not None:
        days = spread(days, Random(f"{seed}:{card.reps}"))
    is_lapse = grade is Grade.AGAIN and card.reps > 0
    return CardState(
        state=after.state.value,
        step=after.step,
        stability=after.stability,
        difficulty=after.difficulty,
        due=at + timedelta(days=days),
        last_review=at,
        reps=card.reps + 1,
        lapses=card.lapses + is_lapse,
        since_lapse=0 if is_lapse else card.since_lapse + 1,
    )


def spread(days: int, rng: Random) -> int:
    if days < SPREAD_FROM_DAYS:
        return days
    room = SPREAD_LEAST + SPREAD * days
    return min(max(round(days + rng.uniform(-room, room)), 2), MAXIMUM_DAYS)


def retrievability(card: CardState, at: datetime) -> float:
    """The chance that the fact is remembered now; 0 for what was never reviewed."""
    return float(_scheduler.get_card_retrievability(_fsrs(card, at), at.astimezone(UTC)))


def without_luck(share: float) -> float:
    """Of the right answers those that were known: half of what is forgotten is guessed."""
    return max(0.0, 2 * share - 1)


def _lapsed_lately(card: CardState) -> bool:
    return card.lapses > 0 and card.since_lapse < LAPSE_SEEN_FOR


def _fsrs(card: CardState, at: datetime) -> Card:
    # With an id of its own, for the package waits a millisecond to find one.
    return Card(
        card_id=1,
        state=State(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due or at,
        last_review=card.last_review.astimezone(UTC) if card.last_review else None,
    )
