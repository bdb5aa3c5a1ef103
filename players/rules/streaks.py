"""Days in a row on which enough was learned, with grace: freezes, pauses and repairs.

Everything here is a pure step from one state to the next. A day that has passed is looked at once and in
order, so it makes no difference whether somebody looks every day or after a month.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from players.rules.days import ONE_DAY, Days, between

ENOUGH_ANSWERS = 5
FREEZES_AT_FIRST = 1
DAYS_FOR_A_FREEZE = 7
FREEZES_HELD = 2
FREEZES_HELD_AT_FIRST = 3
AT_FIRST_DAYS = 14
REPAIR_WITHIN = timedelta(hours=48)
REPAIR_SESSIONS = 2
REPAIR_EVERY = timedelta(days=30)
LONGEST_PAUSE = 14
COMEBACK = 7

Pause = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Streak:
    """`day` is the last day that carries it, `broken` what a repair would give back."""

    length: int = 0
    best: int = 0
    day: date | None = None
    freezes: int = FREEZES_AT_FIRST
    broken: int = 0
    broken_at: datetime | None = None
    repaired_on: date | None = None
    comebacks: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one player: his calendar, the day he came, and the pauses he announced."""

    days: Days
    began_on: date
    pauses: tuple[Pause, ...] = ()
    # Found out once, for it is asked for each day that passed.
    skipped: frozenset[date] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "skipped", self.days.skipped())

    def is_free(self, day: date) -> bool:
        """Whether nothing is expected of the player on this day."""
        return day in self.skipped or any(first <= day <= last for first, last in self.pauses)

    def may_hold(self, day: date) -> int:
        """How many freezes can be kept on this day."""
        is_new = (day - self.began_on).days < AT_FIRST_DAYS
        return FREEZES_HELD_AT_FIRST if is_new else FREEZES_HELD


@dataclass(frozen=True, slots=True)
class Step:
    """The state afterwards, and what happened on the way."""

    streak: Streak
    frozen: tuple[date, ...] = ()
    is_broken: bool = False
    is_repaired: bool = False
    is_counted: bool = False


def settle(streak: Streak, today: date, terms: Terms) -> Step:
    """Let the days pass that are over; each missed one takes a freeze, or ends the streak."""
    frozen: list[date] = []
    if streak.day is None or not streak.length:
        return Step(streak)
    for day in between(streak.day, today):
        if terms.is_free(day):
            continue
        if not streak.freezes:
            return Step(_broken(streak, day, terms), tuple(frozen), is_broken=True)
        streak = replace(streak, freezes=streak.freezes - 1, day=day)
        frozen.append(day)
    return Step(streak, tuple(frozen))


def finish_session(streak: Streak, at: datetime, full_sessions: int, terms: Terms) -> Step:
    """A full session was finished, the so-many-th of its day."""
    today = terms.days.day_of(at)
    step = settle(streak, today, terms)
    streak = step.streak
    is_counted = streak.day is None or streak.day < today
    if is_counted:
        streak = _grown(streak, today, terms)
    is_repaired = full_sessions >= REPAIR_SESSIONS and can_repair(streak, at, today)
    if is_repaired:
        streak = _repaired(streak, today)
    return replace(step, streak=streak, is_counted=is_counted, is_repaired=is_repaired)


def can_repair(streak: Streak, at: datetime, today: date) -> bool:
    """Whether two full sessions in one day would still give back what was broken."""
    if not streak.broken or streak.broken_at is None or at > streak.broken_at + REPAIR_WITHIN:
        return False
    return streak.repaired_on is None or today - streak.repaired_on >= REPAIR_EVERY


def replay(sessions: Iterable[tuple[datetime, int]], terms: Terms) -> tuple[Streak, set[date], set[date]]:
    """The streak out of all sessions (when finished, answers), with the days counted and frozen."""
    streak, counted, frozen = Streak(), set[date](), set[date]()
    full: dict[date, int] = {}
    for at, answers in sessions:
        if answers < ENOUGH_ANSWERS:
            continue
        today = terms.days.day_of(at)
        full[today] = full.get(today, 0) + 1
        step = finish_session(streak, at, full[today], terms)
        streak = step.streak
        counted.add(today)
        frozen.update(step.frozen)
    return streak, counted, frozen


def problem_of_pause(pauses: Sequence[Pause], streak: Streak, *, today: date, days: int) -> str:
    """What speaks against a pause of so many days from tomorrow on, in a sentence; else ''."""
    if not 1 <= days <= LONGEST_PAUSE:
        return f"A pause lasts 1 to {LONGEST_PAUSE} days."
    if not streak.length:
        return "There is no streak to hold yet. Learn today, and it begins."
    if pauses and pauses[-1][1] >= today:
        return "A pause is already announced."
    if pauses and (streak.day is None or streak.day <= pauses[-1][1]):
        return "Between two pauses there must be a day of learning."
    return ""


def pause_from(today: date, days: int) -> Pause:
    """Announced ahead: it begins tomorrow, so today still counts."""
    return today + ONE_DAY, today + timedelta(days=days)


def pauses_ended(pauses: Sequence[Pause], today: date) -> tuple[Pause, ...]:
    """Without what is left of the last pause; today is still free when it has begun."""
    *before, (first, last) = pauses
    if last <= today:
        return tuple(pauses)
    return (*before, (first, today)) if first <= today else tuple(before)


def _broken(streak: Streak, missed: date, terms: Terms) -> Streak:
    return replace(streak, length=0, broken=streak.length, broken_at=terms.days.begins(missed + ONE_DAY))


def _grown(streak: Streak, today: date, terms: Terms) -> Streak:
    length = streak.length + 1
    earns = length % DAYS_FOR_A_FREEZE == 0 and streak.freezes < terms.may_hold(today)
    is_comeback = length == COMEBACK and streak.best >= COMEBACK
    return replace(
        streak,
        length=length,
        best=max(streak.best, length),
        day=today,
        freezes=streak.freezes + earns,
        comebacks=streak.comebacks + is_comeback,
    )


def _repaired(streak: Streak, today: date) -> Streak:
    length = streak.length + streak.broken
    return replace(
        streak,
        length=length,
        best=max(streak.best, length),
        broken=0,
        repaired_on=today,
        comebacks=streak.comebacks + (length >= COMEBACK),
    )
