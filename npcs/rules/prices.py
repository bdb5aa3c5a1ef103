"""What an answer costs: prices for a million tokens, tokens as counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

MILLION = Decimal(1_000_000)
PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Price:
    """`cached` is what input costs that the provider still had; None: as other input."""

    pattern: str
    input: Decimal
    output: Decimal
    cached: Decimal | None = None


def price_for(model: str, prices: Sequence[Price]) -> Price | None:
    """The one whose pattern says most about the model; of equal ones the first."""
    fitting = [price for price in prices if fnmatchcase(model, price.pattern)]
    return max(fitting, key=lambda price: len(price.pattern.rstrip("*")), default=None)


def cost_of(price: Price | None, *, tokens_in: int, tokens_cached: int, tokens_out: int) -> Decimal | None:
    """None where there is no price: unknown is not nothing."""
    if price is None:
        return None
    cached = min(tokens_cached, tokens_in)
    at_cached = price.input if price.cached is None else price.cached
    total = price.input * (tokens_in - cached) + at_cached * cached + price.output * tokens_out
    return (total / MILLION).quantize(PLACES)
