"""What is too fast to be an answer. Clicks would bias every statistic, so they count for nothing."""

RAPID_FLOOR_MS = 700
RAPID_MS_PER_WORD = 60
RAPID_CAP_MS = 10_000


def is_rapid(*, text: str, response_ms: int) -> bool:
    """Faster than the statement can be read: a click, not an answer."""
    return response_ms < min(max(RAPID_FLOOR_MS, RAPID_MS_PER_WORD * len(text.split())), RAPID_CAP_MS)
