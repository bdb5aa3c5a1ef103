"""Tokens and money are booked before a provider is asked, and set right when the answer is there.

The counters are looked at under their locks, so two callers at once can't both take the last tokens. What
was booked for a call that nobody finished stays booked: the provider has most likely counted it, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.timesince import timeuntil

from npcs.models import AiCall, Npc, UsageDay
from npcs.queries.budgets import Limit, limits_for
from npcs.queries.engines import Engine, control
from npcs.rules.prices import cost_of
from padawanforge.kit.errors import DomainError
from padawanforge.kit.hasty import hasty
from padawanforge.kit.inserting import insert
from padawanforge.kit.prepared import prepared
from players.models import Player

Scope = UsageDay.Scope
# A call that runs longer than this was left by a process that died.
LOST_AFTER = timedelta(minutes=10)
ZERO = Decimal(0)
# In which counters are locked: as in the limits.
ORDER = (Scope.PLAYER, Scope.NPC, Scope.PLACE, Scope.SITE)


class BudgetSpent(DomainError):
    """Nothing left for this today; the sentence says for whom, and when it begins anew."""

    code = "budget_spent"


class ProvidersStopped(DomainError):
    code = "providers_stopped"


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a provider is asked, and what for (`AiCall.Purpose`)."""

    purpose: str = AiCall.Purpose.CHAT
    player: Player | None = None
    npc: Npc | None = None
    place: UUID | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """How a call ended."""

    state: str
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    is_estimated: bool = True
    error: str = ""
    status: int | None = None
    attempts: int = 1
    latency_ms: int | None = None
    first_token_ms: int | None = None


@hasty()
def book(caller: Caller, engine: Engine, *, tokens_in: int, tokens_out: int, prompt_hash: str = "") -> AiCall:
    """Take what the call may cost from every budget that it touches, or refuse before anything is asked."""
    chosen = control()
    if chosen.is_stopped:
        raise ProvidersStopped("The staff has stopped all language models for now.")
    now = timezone.now()
    cost = cost_of(engine.price, tokens_in=tokens_in, tokens_cached=0, tokens_out=tokens_out)
    if not engine.is_own_key:
        limits = limits_for(player=caller.player, npc=caller.npc, place=caller.place, defaults=chosen)
        _take(limits, tokens=tokens_in + tokens_out, cost=cost or ZERO, now=now)
    call = AiCall(
        purpose=caller.purpose,
        player=caller.player,
        npc=caller.npc,
        place=caller.place,
        provider=engine.provider,
        ai_model=engine.model[:200],
        is_own_key=engine.is_own_key,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        prompt_hash=prompt_hash,
        created_at=now,
    )
    insert([call])
    return call


@transaction.atomic
def settle(call: AiCall, engine: Engine, spent: Spent) -> Decimal | None:
    """Put what was really used in the place of what was booked; what it cost. The second time nothing happens."""
    cost = cost_of(
        engine.price,
        tokens_in=spent.tokens_in,
        tokens_cached=spent.tokens_cached,
        tokens_out=spent.tokens_out,
    )
    running = AiCall.objects.filter(pk=call.pk, state=AiCall.State.RUNNING)
    if not running.update(
        state=spent.state,
        tokens_in=spent.tokens_in,
        tokens_cached=spent.tokens_cached,
        tokens_out=spent.tokens_out,
        is_estimated=spent.is_estimated,
        cost=cost,
        error=spent.error[:100],
        status=spent.status,
        attempts=spent.attempts,
        latency_ms=spent.latency_ms,
        first_token_ms=spent.first_token_ms,
    ):
        return None
    if not call.is_own_key:
        tokens = spent.tokens_in + spent.tokens_out - call.tokens_in - call.tokens_out
        _correct(call, tokens=tokens, cost=(cost or ZERO) - (call.cost or ZERO))
    return cost


def close_lost_calls(*, now: datetime) -> int:
    """Mark the calls that a process left when it died; how many. Their booking stays."""
    lost = AiCall.objects.filter(state=AiCall.State.RUNNING, created_at__lt=now - LOST_AFTER)
    return lost.update(state=AiCall.State.LOST, error="interrupted")


def _take(limits: Sequence[Limit], *, tokens: int, cost: Decimal, now: datetime) -> None:
    """From all of them or from none: the transaction ends with the refusal."""
    rows = _locked(limits, now.date())
    for limit in limits:
        if not _has_left(limit, rows[limit.scope, limit.key], tokens=tokens, cost=cost):
            raise BudgetSpent(limit.refusal(until=reset_in_words(now)))
    UsageDay.objects.filter(pk__in=[row.pk for row in rows.values()]).update(
        tokens=F("tokens") + tokens, cost=F("cost") + cost, calls=F("calls") + 1
    )


def _has_left(limit: Limit, row: UsageDay, *, tokens: int, cost: Decimal) -> bool:
    if limit.tokens is not None and row.tokens > limit.tokens - tokens:
        return False
    if limit.money is None:
        return True
    # The last call may not go beyond it either, as far as its price is known.
    return row.cost <= limit.money - cost if cost else row.cost < limit.money


def _locked(limits: Sequence[Limit], day: date) -> dict[tuple[str, str], UsageDay]:
    """The counters of the day, locked in the order of the limits; made by whoever needs them first.

    Where the installation's counter is missing, all are: so nobody makes one while waiting for a lock that somebody
    holds who waits for it.
    """
    keys = {limit.scope: limit.key for limit in limits}
    found = {(row.scope, row.key): row for row in _of(keys, day)}
    missing = [limit for limit in limits if (limit.scope, limit.key) not in found]
    if missing:
        new = [UsageDay(scope=limit.scope, key=limit.key, day=day) for limit in missing]
        UsageDay.objects.bulk_create(new, ignore_conflicts=True)
        found = {(row.scope, row.key): row for row in _of(keys, day)}
    return found


def _of(keys: Mapping[str, str], day: date) -> list[UsageDay]:
    """Locked until the transaction ends."""
    player, npc, place, site = (keys.get(scope) for scope in ORDER)
    return _counters(player, npc, place, site, day)


@prepared
def _counters(
    player: str | None, npc: str | None, place: str | None, site: str | None, day: date
) -> QuerySet[UsageDay]:
    keys = dict(zip(ORDER, (player, npc, place, site), strict=True))
    counted = reduce(or_, (Q(scope=scope, key=key) for scope, key in keys.items() if key is not None))
    order = Case(*(When(scope=scope, then=Value(n)) for n, scope in enumerate(ORDER)))
    return UsageDay.objects.select_for_update().filter(counted, day=day).order_by(order)


def _correct(call: AiCall, *, tokens: int, cost: Decimal) -> None:
    """On the day on which it was booked, which may be yesterday."""
    rows = _of(dict(keys_of(call.player, call.npc, call.place)), call.created_at.date())
    UsageDay.objects.filter(pk__in=[row.pk for row in rows]).update(
        tokens=Greatest(F("tokens") + tokens, Value(0)), cost=Greatest(F("cost") + cost, Value(ZERO))
    )


def keys_of(player: Player | None, npc: Npc | None, place: UUID | None) -> Sequence[tuple[str, str]]:
    """Always in the same order, so that two bookings never wait for each other in a circle."""
    named = [(Scope.PLAYER, player and player.uuid), (Scope.NPC, npc and npc.uuid), (Scope.PLACE, place)]
    return [*[(scope, str(key)) for scope, key in named if key], (Scope.SITE, "")]


def reset_in_words(now: datetime) -> str:
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"at {midnight:%H:%M} UTC (in {timeuntil(midnight, now, depth=1)})"
