"""How much is going on at a provider."""

from datetime import timedelta

from django.utils import timezone

from npcs.models import AiCall, AiProvider

MINUTE = timedelta(minutes=1)
# What runs longer is not running any more.
RUNS_AT_MOST = timedelta(minutes=5)


def is_busy(provider: AiProvider) -> bool:
    """Whether the provider has as many requests from us as the staff allows it to have."""
    limits = provider.rate_limits if isinstance(provider.rate_limits, dict) else {}
    if not limits:
        return False
    now = timezone.now()
    calls = AiCall.objects.filter(provider=provider)
    if (most := _number(limits, "concurrent")) is not None:
        running = calls.filter(state=AiCall.State.RUNNING, created_at__gt=now - RUNS_AT_MOST)
        if running.count() >= most:
            return True
    most = _number(limits, "requests_per_minute")
    return most is not None and calls.filter(created_at__gt=now - MINUTE).count() >= most


def _number(limits: dict, name: str) -> int | None:
    value = limits.get(name)
    return value if isinstance(value, int) and value > 0 else None
