"""The order of true and false in a session, so that neither "always true" nor a long row pays."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from random import Random

MAX_SAME_KEY_IN_A_ROW = 4


def key_order(*, trues: int, falses: int, rng: Random) -> list[bool]:
    """That many keys in random order, at most four equal ones in a row wherever that can be had."""
    left = {True: trues, False: falses}
    order: list[bool] = []
    while left[True] or left[False]:
        key = rng.random() < left[True] / (left[True] + left[False])
        if not _may_follow(key, order, left) and (_may_follow(not key, order, left) or not left[key]):
            key = not key
        order.append(key)
        left[key] -= 1
    return order


def turned(keys: Sequence[bool], *, may_turn: Sequence[bool]) -> list[bool]:
    """Which places of a row of keys have the other key for the neighbours.

    Their row is as balanced as the first one, and has no longer run of equal keys than is allowed.
    """
    turns = [False] * len(keys)
    places = {key: [n for n, one in enumerate(keys) if one is key and may_turn[n]] for key in (True, False)}
    pairs = list(zip(places[True], places[False], strict=False))
    longest = max(MAX_SAME_KEY_IN_A_ROW, _longest_run(keys))
    for chosen in [*pairs, *((n,) for n in places[True] + places[False])]:
        if any(turns[n] for n in chosen):
            continue
        tried = [turn or n in chosen for n, turn in enumerate(turns)]
        row = [key is not turn for key, turn in zip(keys, tried, strict=True)]
        is_balanced = len(chosen) == 2 or abs(2 * sum(row) - len(row)) <= 1
        if is_balanced and _longest_run(row) <= longest:
            turns = tried
    return turns


def _longest_run(keys: Sequence[bool]) -> int:
    return max((sum(1 for _ in run) for _, run in groupby(keys)), default=0)


def _may_follow(key: bool, order: Sequence[bool], left: Mapping[bool, int]) -> bool:
    """Whether the rest can still be laid without a long row when this key comes next."""
    if not left[key]:
        return False
    run = 1
    while run <= len(order) and order[-run] == key:
        run += 1
    same, other = left[key] - 1, left[not key]
    # Each key of one kind parts two rows of the other; the row that is being laid has some room left.
    row = MAX_SAME_KEY_IN_A_ROW
    return run <= row and same <= row - run + row * other and other <= row * (same + 1)
