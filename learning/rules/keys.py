"""The order of true and false in a session, so that neither "always true" nor a long row pays."""

from collections.abc import Mapping, Sequence
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
