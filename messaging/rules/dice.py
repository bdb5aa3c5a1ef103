"""Dice: `2d6+1`, thrown by the server."""

import re
from dataclasses import dataclass
from random import Random

MOST_DICE, MOST_SIDES, MOST_ADDED = 20, 1000, 1000
NOTATION = re.compile(r"(\d{0,2})[dw](\d{1,4})\s*(?:([+-])\s*(\d{1,4}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dice:
    count: int
    sides: int
    added: int = 0

    def __str__(self) -> str:
        return f"{self.count}d{self.sides}" + (f"{self.added:+d}" if self.added else "")


@dataclass(frozen=True, slots=True)
class Throw:
    dice: Dice
    rolls: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.rolls) + self.dice.added


def read(text: str) -> Dice | None:
    """None for what is no throw, or one with too many dice."""
    match = NOTATION.fullmatch(text.strip())
    if match is None:
        return None
    count, sides = int(match.group(1) or 1), int(match.group(2))
    added = int(match.group(4) or 0) * (-1 if match.group(3) == "-" else 1)
    fits = 1 <= count <= MOST_DICE and 2 <= sides <= MOST_SIDES and abs(added) <= MOST_ADDED
    return Dice(count, sides, added) if fits else None


def throw(dice: Dice, chance: Random) -> Throw:
    return Throw(dice, tuple(chance.randint(1, dice.sides) for _ in range(dice.count)))


def told(throw: Throw) -> str:
    """`2d6+1: **9** (3 + 5 + 1)`."""
    parts = " + ".join(map(str, throw.rolls))
    if throw.dice.added:
        parts += f" {'-' if throw.dice.added < 0 else '+'} {abs(throw.dice.added)}"
    is_plain = len(throw.rolls) == 1 and not throw.dice.added
    return f"{throw.dice}: **{throw.total}**" + ("" if is_plain else f" ({parts})")
