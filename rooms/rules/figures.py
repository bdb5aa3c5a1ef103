"""Figures of a session."""

from collections.abc import Sequence
from statistics import median as middle


def median(values: Sequence[int]) -> int | None:
    return round(middle(values)) if values else None
