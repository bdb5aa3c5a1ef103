"""Who answers a message that calls nobody by name: one function for each mode of a room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Candidate:
    """A character that could speak now; those that rest, are muted or never speak aren't among them."""

    pk: int
    talkativeness: float = 0.5
    has_had_turn: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Who speaks, and whether a new round of turns begins with it."""

    speakers: tuple[int, ...] = ()
    begins_round: bool = False


def choose(
    mode: str, candidates: Sequence[Candidate], *, last: int | None, chance: Random, most: int
) -> Choice:
    """`candidates` in their order; `last` is who spoke last in the room."""
    choosing = _MODES.get(mode)
    if choosing is None or not candidates:
        return Choice()
    return choosing(candidates, last, chance, most)


def _natural(candidates: Sequence[Candidate], last: int | None, chance: Random, most: int) -> Choice:
    """Everybody may want to say something; the more talkative, the likelier. Of many, those who want it most."""
    wishes = [(candidate.talkativeness - chance.random(), candidate.pk) for candidate in candidates]
    eager = sorted((wish for wish in wishes if wish[0] > 0), reverse=True)
    return Choice(tuple(pk for _, pk in eager[:most]))


def _round(candidates: Sequence[Candidate], last: int | None, chance: Random, most: int) -> Choice:
    order = [candidate.pk for candidate in candidates]
    at = order.index(last) + 1 if last in order else 0
    return Choice((order[at % len(order)],))


def _pooled(candidates: Sequence[Candidate], last: int | None, chance: Random, most: int) -> Choice:
    left = [candidate.pk for candidate in candidates if not candidate.has_had_turn]
    if left:
        return Choice((chance.choice(left),))
    # A new round doesn't begin with who ended the last one, if there is anybody else.
    others = [candidate.pk for candidate in candidates if candidate.pk != last]
    return Choice((chance.choice(others or [candidates[0].pk]),), begins_round=True)


_MODES: dict[str, Callable[[Sequence[Candidate], int | None, Random, int], Choice]] = {
    "natural": _natural,
    "round": _round,
    "pooled": _pooled,
}
