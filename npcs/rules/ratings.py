"""Stars and thumbs: two ways to say the same."""

# A thumb is a whole opinion: the best, or the second worst.
THUMBS = {"up": 5, "down": 2}
_GOOD, _POOR = 4, 2


def thumb_of(stars: int) -> str:
    """The thumb that says as much; none for what is neither good nor poor."""
    return "up" if stars >= _GOOD else "down" if stars <= _POOR else ""
