"""Models that fall into a loop: the same words over and over until the limit."""

# The loop's words may be this long, and must have come so often in a row.
MAX_UNIT = 240
MIN_TIMES = 6
# Less is a refrain, a row of dots or a table.
MIN_CHARACTERS = 600


def loop_start(text: str) -> int | None:
    """Where the text begins to say for the second time what it then repeats to its end; None if it doesn't."""
    if len(text) < MIN_CHARACTERS:
        return None
    tail = text[-MAX_UNIT * MIN_TIMES :]
    for unit in range(1, len(tail) // MIN_TIMES + 1):
        length = max(unit * MIN_TIMES, MIN_CHARACTERS)
        if length <= len(tail) and tail[-length:-unit] == tail[-length + unit :]:
            return _beginning(text, unit) + unit
    return None


def _beginning(text: str, unit: int) -> int:
    start = len(text) - unit
    while start > 0 and text[start - 1] == text[start - 1 + unit]:
        start -= 1
    return start
