"""Who meets whom in a tournament, and who of two goes on. Pure: the same players and results, the same draw."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2

WIN, SHARED = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """What somebody did: his points, how well he judged himself (less is better), how often he passed."""

    points: int = 0
    brier: float = 0.25
    skips: int = 0

    @property
    def rank(self) -> tuple[float, ...]:
        """Less is better; equal ranks share a place."""
        return (-self.points, round(self.brier, 6), self.skips)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which side of a match has won (0, 1, or None for both), and by what."""

    side: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Entrant:
    """A player before a round of a Swiss tournament."""

    pk: int
    score: float
    seed: int
    met: frozenset[int] = frozenset()
    had_bye: bool = False


def stages_of_bracket(players: int) -> int:
    return max(ceil(log2(players)), 1) if players > 1 else 1


def stages_of_swiss(players: int) -> int:
    """As many as it takes to leave one without a loss; with few players, everybody meets everybody at most."""
    return min(stages_of_bracket(players), max(players - 1, 1))


def first_bracket(seeds: Sequence[int]) -> list[tuple[int, int | None]]:
    """The first round of a knock-out: the best drawn get the byes and meet each other last."""
    size = 2 ** stages_of_bracket(len(seeds))
    order = [0]
    while len(order) < size:
        order = [slot for place in order for slot in (place, 2 * len(order) - 1 - place)]
    slots = [seeds[place] if place < len(seeds) else None for place in order]
    pairs = list(zip(slots[::2], slots[1::2], strict=True))
    return [(one, other) if one is not None else (other, None) for one, other in pairs]  # type: ignore[misc]


def next_bracket(winners: Sequence[int | None]) -> list[tuple[int | None, int | None]]:
    """Neighbours meet; whoever has nobody beside him goes on without playing."""
    pairs = list(zip(winners[::2], winners[1::2], strict=True))
    return [(one, other) if one is not None else (other, None) for one, other in pairs]


def swiss_pairs(entrants: Collection[Entrant]) -> list[tuple[int, int | None]]:
    """Equals meet, and nobody the same one twice as long as that can be.

    With an odd number the last one who hasn't had a bye gets one.
    """
    order = sorted(entrants, key=lambda one: (-one.score, one.seed))
    bye: list[tuple[int, int | None]] = []
    if len(order) % 2:
        last = next((one for one in reversed(order) if not one.had_bye), order[-1])
        order.remove(last)
        bye = [(last.pk, None)]
    pairs = _without_repeats(order, [2000]) or _neighbours(order)
    return [*pairs, *bye]


def _without_repeats(order: list[Entrant], patience: list[int]) -> list[tuple[int, int | None]]:
    """Depth first, nearest opponent first; given up after so many tries, for it could take for ever."""
    if not order:
        return []
    patience[0] -= 1
    if patience[0] < 0:
        return []
    first, *rest = order
    for place, other in enumerate(rest):
        if other.pk in first.met:
            continue
        left = rest[:place] + rest[place + 1 :]
        if pairs := _without_repeats(left, patience):
            return [(first.pk, other.pk), *pairs]
        if not left:
            return [(first.pk, other.pk)]
    return []


def _neighbours(order: Sequence[Entrant]) -> list[tuple[int, int | None]]:
    return [(one.pk, other.pk) for one, other in zip(order[::2], order[1::2], strict=True)]


def decide(first: Result, second: Result) -> Outcome:
    """Points; then the better judgement of oneself; then fewer passes; else they share."""
    for name, one, other in (
        ("points", -first.points, -second.points),
        ("brier", round(first.brier, 6), round(second.brier, 6)),
        ("skips", first.skips, second.skips),
    ):
        if one != other:
            return Outcome(0 if one < other else 1, name)
    return Outcome(None, "shared")


def decide_knockout(
    first: Result, second: Result, *, earlier: tuple[int, int], seeds: tuple[int, int], is_final: bool
) -> Outcome:
    """In a knock-out somebody has to go on: by the points so far, then by the draw. A final may be shared."""
    outcome = decide(first, second)
    if outcome.side is not None or is_final:
        return outcome
    if earlier[0] != earlier[1]:
        return Outcome(0 if earlier[0] > earlier[1] else 1, "earlier")
    return Outcome(0 if seeds[0] < seeds[1] else 1, "seed")


def places(ranks: Mapping[int, tuple]) -> dict[int, int]:
    """The place of each, less is better; equals share one, and the next is left out."""
    order = sorted(ranks, key=lambda pk: ranks[pk])
    found: dict[int, int] = {}
    for number, pk in enumerate(order):
        before = order[number - 1] if number else None
        same = before is not None and ranks[before] == ranks[pk]
        found[pk] = found[before] if same and before is not None else number + 1
    return found
