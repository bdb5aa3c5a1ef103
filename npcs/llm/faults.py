"""The vendor's exceptions in our words: which kind of fault, and whether another try may help."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

from npcs.llm.addresses import AddressRefused
from npcs.llm.base import Reason, Unavailable

RETRY_SECONDS = 0.5
RETRY_AFTER_LIMIT_SECONDS = 10.0
_RETRIED_STATUSES = frozenset({408, 409, 429})


def unavailable(error: Exception) -> Unavailable:
    """Class and status only: messages of servers may quote the key that they refused."""
    name = type(error).__name__
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, name)
    if isinstance(error, openai.APITimeoutError):
        return Unavailable("timeout", error=name)
    if isinstance(error, openai.APIConnectionError | AddressRefused):
        return Unavailable("connection", error=name)
    return Unavailable("broken", error=name)


def is_worth_a_retry(failure: Unavailable) -> bool:
    """Only what may pass by itself, and only if the server does not ask for more patience than we have."""
    if (failure.retry_after or 0.0) > RETRY_AFTER_LIMIT_SECONDS:
        return False
    status = failure.status
    if status is not None:
        return status in _RETRIED_STATUSES or status >= 500
    return failure.reason == "connection" and failure.error != AddressRefused.__name__


def _by_status(error: openai.APIStatusError, name: str) -> Unavailable:
    status = error.status_code
    reason: Reason = "broken"
    if status in {401, 403}:
        reason = "auth"
    elif status == 429:
        reason = "rate"
    elif status in {408, 504}:
        reason = "timeout"
    elif status >= 500:
        reason = "connection"
    return Unavailable(reason, error=name, status=status, retry_after=_retry_after(error))


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds, from a number or a date; None where the header is absent or unreadable."""
    value = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
