"""What a day has cost, for those who pay."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from npcs.models import AiCall, Npc, UsageDay
from npcs.queries.engines import control

Scope = UsageDay.Scope
MOST = 3


@dataclass(frozen=True, slots=True)
class Spending:
    """`limit` is the money of a day; None where there is no limit. `most` names who used most tokens."""

    day: date
    calls: int
    tokens: int
    cost: Decimal
    currency: str
    limit: Decimal | None
    unpriced: int
    most: list[tuple[str, int]]

    @property
    def share(self) -> int | None:
        """Percent of the limit."""
        return round(100 * self.cost / self.limit) if self.limit else None

    def in_words(self) -> str:
        parts = [f"{self.calls} calls, {self.tokens:,} tokens, {self.cost:.2f} {self.currency}"]
        if self.limit is not None:
            parts[0] += f" of {self.limit:.2f}"
        if self.unpriced:
            parts.append(f"{self.unpriced} calls have no price")
        if self.most:
            parts.append("most by " + ", ".join(f"{name} ({tokens:,})" for name, tokens in self.most))
        return "; ".join(parts) + "."


def spending_of(day: date) -> Spending:
    site = UsageDay.objects.filter(scope=Scope.SITE, key="", day=day).first() or UsageDay(day=day)
    used = UsageDay.objects.filter(scope=Scope.NPC, day=day, tokens__gt=0).order_by("-tokens", "key")[:MOST]
    top = {row.key: row.tokens for row in used}
    names = dict(Npc.objects.filter(uuid__in=top).values_list("uuid", "name"))
    unpriced = AiCall.objects.filter(created_at__date=day, cost=None, is_own_key=False).count()
    limits = control()
    return Spending(
        day=day,
        calls=site.calls,
        tokens=site.tokens,
        cost=site.cost,
        currency=limits.currency,
        limit=limits.money_per_day,
        unpriced=unpriced,
        most=[(names[uuid], top[str(uuid)]) for uuid in sorted(names, key=lambda it: -top[str(it)])],
    )
