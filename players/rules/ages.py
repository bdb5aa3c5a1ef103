"""How old somebody is, and what follows from it."""

from datetime import date
from enum import StrEnum

CHILD_UNDER, ADULT_FROM = 13, 18


class Band(StrEnum):
    """What the rooms for ages tell apart. Nobody is ever shown another's."""

    CHILD = "child"
    TEEN = "teen"
    ADULT = "adult"


def age_on(born: date, today: date) -> int:
    """Full years; who was born on 29 February has his birthday on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def is_minor(born: date | None, today: date, under: int) -> bool:
    """Under the configured age; without a birth date nobody is taken for a minor."""
    return born is not None and age_on(born, today) < under


def band_on(born: date | None, today: date) -> Band:
    """Who has not told his birth date counts as between 13 and 17: neither a child nor grown up."""
    if born is None:
        return Band.TEEN
    age = age_on(born, today)
    return Band.CHILD if age < CHILD_UNDER else Band.ADULT if age >= ADULT_FROM else Band.TEEN


MAX_AGE = 120


def problem_of_birth_date(born: date, today: date) -> str:
    """Why nobody can be born on that day, in a sentence; empty when somebody can."""
    if born >= today:
        return "Give a day in the past."
    return f"Give a day of the last {MAX_AGE} years." if age_on(born, today) > MAX_AGE else ""
