"""What a poll may ask, and how it reads as a text."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

QUESTION_LENGTH, OPTION_LENGTH, EXPLANATION_LENGTH = 300, 120, 1000
MIN_OPTIONS, MAX_OPTIONS = 2, 10
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
TRUE_OR_FALSE = ("True", "False")
BULLET = "- "


class Asked(Protocol):
    """What comes in by sockets and by the JSON interface."""

    question: str
    options: list[str]
    multiple: bool
    anonymous: bool
    minutes: int | None
    answer: bool | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Question:
    """A poll as it is asked. With `right`, the place of the right option, it is a statement to be judged."""

    text: str
    options: tuple[str, ...]
    is_multiple: bool = False
    is_anonymous: bool = True
    closes_at: datetime | None = None
    right: int | None = None
    explanation: str = ""


def statement(text: str, *, is_true: bool, closes_at: datetime | None, explanation: str = "") -> Question:
    """True or false? The answer and why come to light when the poll ends."""
    return Question(
        text=text,
        options=TRUE_OR_FALSE,
        closes_at=closes_at,
        right=0 if is_true else 1,
        explanation=explanation,
    )


def question_of(asked: Asked, now: datetime) -> Question:
    """As sockets and programs ask: with an `answer` it is a statement."""
    closes_at = now + timedelta(minutes=asked.minutes) if asked.minutes else None
    if asked.answer is not None:
        return statement(
            asked.question, is_true=asked.answer, closes_at=closes_at, explanation=asked.explanation
        )
    return Question(
        text=asked.question,
        options=tuple(asked.options),
        is_multiple=asked.multiple,
        is_anonymous=asked.anonymous,
        closes_at=closes_at,
        explanation=asked.explanation,
    )


def problem_of(question: Question, now: datetime) -> str:
    """What is wrong with it, in a sentence; "" for nothing."""
    options = question.options
    lasts = question.closes_at - now if question.closes_at else SHORTEST
    problems = {
        "Write the question.": not question.text,
        f"A question has at most {QUESTION_LENGTH} characters.": len(question.text) > QUESTION_LENGTH,
        f"Give {MIN_OPTIONS} to {MAX_OPTIONS} answers, one a line.": not (
            MIN_OPTIONS <= len(options) <= MAX_OPTIONS
        ),
        f"An answer has 1 to {OPTION_LENGTH} characters.": any(
            not 0 < len(option) <= OPTION_LENGTH for option in options
        ),
        "Two answers are the same.": len({option.casefold() for option in options}) != len(options),
        f"An explanation has at most {EXPLANATION_LENGTH} characters.": (
            len(question.explanation) > EXPLANATION_LENGTH
        ),
        "A poll is open for a minute to 30 days.": not SHORTEST <= lasts <= LONGEST,
    }
    return next((sentence for sentence, is_wrong in problems.items() if is_wrong), "")


def one_line(text: str) -> str:
    return " ".join(text.split())


def as_text(question: Question) -> str:
    """For searches, exports and everybody whose page knows no polls; the checks read it too."""
    return "\n".join([question.text, *(BULLET + option for option in question.options)])


def read_text(text: str) -> tuple[str, tuple[str, ...]]:
    """The question and the options, as the checks may have changed them."""
    first, *rest = text.split("\n")
    return first, tuple(line.removeprefix(BULLET) for line in rest)


def percent(count: int, voters: int) -> int:
    return round(100 * count / voters) if voters else 0
