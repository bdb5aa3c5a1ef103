"""What sorts of channels there are. An app above registers its own and says who may do what in them."""

from collections.abc import Callable
from dataclasses import dataclass

_kinds: dict[str, "Kind"] = {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of channel. Both questions are asked as `question(player, channel)` of the database.

    They are asked again with every frame that comes in and with every heartbeat, so they must be cheap.
    """

    slug: str
    may_read: Callable[..., bool]
    may_post: Callable[..., bool]


def register(kind: Kind) -> None:
    if kind.slug in _kinds:
        raise ValueError(f"The kind {kind.slug!r} is already registered.")
    _kinds[kind.slug] = kind


def get(slug: str) -> Kind:
    try:
        return _kinds[slug]
    except KeyError:
        raise LookupError(f"Nobody has registered channels of the kind {slug!r}.") from None


def slugs() -> list[str]:
    return sorted(_kinds)
