"""What is too fast to be an answer. Clicks would bias every statistic, so they count for nothing."""

RAPID_FLOOR_MS = 700
RAPID_MS_PER_WORD = 60
RAPID_SHARE_OF_MEDIAN = 0.10
RAPID_CAP_MS = 10_000


def is_rapid(*, text: str, response_ms: int, median_ms: int | None = None, reads_aloud: bool = False) -> bool:
    """Faster than the statement can be read: a click, not an answer.

    `median_ms` is what others take for the statement. Who has more time than others, or listens to the page,
    may know the sentence before it stands there: for them words are no measure.
    """
    least = float(RAPID_FLOOR_MS)
    if not reads_aloud:
        least = max(least, RAPID_MS_PER_WORD * len(text.split()))
    if median_ms:
        least = max(least, RAPID_SHARE_OF_MEDIAN * median_ms)
    return response_ms < min(least, RAPID_CAP_MS)
