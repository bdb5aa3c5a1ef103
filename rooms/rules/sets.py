"""Equal sets of statements for the rounds of a tournament: as hard on average, as many of them true."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from random import Random

# How far the mean difficulties of two sets may lie apart, in logits.
TOLERANCE = 0.1
MAX_SWAPS = 500


@dataclass(frozen=True, slots=True)
class Item:
    pk: int
    beta: float
    key: bool
    fact: str = ""


def mean_beta(items: Sequence[Item]) -> float:
    return sum(item.beta for item in items) / len(items)


def spread(sets: Sequence[Sequence[Item]]) -> float:
    """Between the hardest and the easiest set."""
    means = [mean_beta(one) for one in sets]
    return max(means) - min(means)


def matched_sets(items: Sequence[Item], *, sets: int, size: int, rng: Random) -> list[list[Item]]:
    """So many sets of this size within the tolerance and with the same keys; empty when there are none.

    The statements come in the order in which they should be used. They are dealt out by difficulty, forth
    and back, and then pairs change places for as long as that brings the means nearer to each other.
    """
    trues = size // 2 + (size % 2 and rng.randrange(2))
    wanted = {True: trues, False: size - trues}
    once = _one_of_each_fact(items, {key: count * sets for key, count in wanted.items()})
    # When those whose turn it is are too different, the ones in the middle are more alike.
    middle = mean_beta(once) if once else 0.0
    for order in (once, sorted(once, key=lambda item: abs(item.beta - middle))):
        piles = {key: [item for item in order if item.key is key] for key in wanted}
        if any(len(piles[key]) < wanted[key] * sets for key in wanted):
            return []
        dealt: list[list[Item]] = [[] for _ in range(sets)]
        for key, count in wanted.items():
            _deal(piles[key][: count * sets], dealt)
        _even_out(dealt)
        if spread(dealt) <= TOLERANCE:
            return dealt
    return []


def _one_of_each_fact(items: Sequence[Item], wanted: dict[bool, int]) -> list[Item]:
    """One variant of each fact; of a fact that has both, the one of which there are fewer so far."""
    facts: dict[str, list[Item]] = {}
    for item in items:
        facts.setdefault(item.fact or f"#{item.pk}", []).append(item)
    left = dict(wanted)
    chosen = []
    for variants in sorted(facts.values(), key=lambda each: len({item.key for item in each})):
        best = max(variants, key=lambda item: left[item.key])
        left[best.key] -= 1
        chosen.append(best)
    return chosen


def _deal(pile: Sequence[Item], sets: list[list[Item]]) -> None:
    for number, item in enumerate(sorted(pile, key=lambda item: (item.beta, item.pk))):
        row, place = divmod(number, len(sets))
        sets[place if row % 2 == 0 else len(sets) - 1 - place].append(item)


def _even_out(sets: list[list[Item]]) -> None:
    for _ in range(MAX_SWAPS):
        if spread(sets) <= TOLERANCE or not _swap_best(sets):
            return


def _swap_best(sets: list[list[Item]]) -> bool:
    """The swap between two sets that brings their sums nearest to each other; False when none helps."""
    best, found = 0.0, None
    for one, other in combinations(range(len(sets)), 2):
        gap = sum(item.beta for item in sets[one]) - sum(item.beta for item in sets[other])
        for a, b in product(range(len(sets[one])), range(len(sets[other]))):
            mine, yours = sets[one][a], sets[other][b]
            gain = abs(gap) - abs(gap - 2 * (mine.beta - yours.beta))
            if mine.key is yours.key and gain > best + 1e-9:
                best, found = gain, (one, a, other, b)
    if found is None:
        return False
    one, a, other, b = found
    sets[one][a], sets[other][b] = sets[other][b], sets[one][a]
    return True
