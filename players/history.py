"""What the apps above know of a player's past: who answered when, and which sessions were finished.

The figures of days and streaks are kept while somebody plays; from these sources they can be found anew. An
app registers a function that yields what it knows of one player in the order of time.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from typing import NamedTuple
from uuid import UUID


class Answer(NamedTuple):
    at: datetime
    correct: bool
    rapid: bool
    session: UUID | None


class Session(NamedTuple):
    """A session that was played to its end; `answers` without the rapid ones."""

    at: datetime
    answers: int


AnswerSource = Callable[[int], Iterable[tuple[datetime, bool, bool, UUID | None]]]
SessionSource = Callable[[int], Iterable[tuple[datetime, int]]]

_answer_sources: list[AnswerSource] = []
_session_sources: list[SessionSource] = []


def register(source: AnswerSource) -> AnswerSource:
    """Register a function that yields (received at, correct, rapid, session) of a player's answers."""
    _answer_sources.append(source)
    return source


def register_sessions(source: SessionSource) -> SessionSource:
    """Register a function that yields (finished at, answers that weren't rapid) of a player's sessions."""
    _session_sources.append(source)
    return source


def answers_of(player_id: int) -> Iterator[Answer]:
    found = merge(*(source(player_id) for source in _answer_sources), key=lambda row: row[0])
    return (Answer(*row) for row in found)


def sessions_of(player_id: int) -> Iterator[Session]:
    found = merge(*(source(player_id) for source in _session_sources), key=lambda row: row[0])
    return (Session(*row) for row in found)
