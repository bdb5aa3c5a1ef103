"""What sorts of channels there are. An app above registers its own and says who may do what in them."""

from collections.abc import Callable, Collection
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
    # What people call the channels with these ids: for those who take their messages along.
    titles: Callable[[Collection[int]], dict[int, str]] = lambda ids: {}
    # Pages on which the channels with these ids are read.
    addresses: Callable[[Collection[int]], dict[int, str]] = lambda ids: {}
    # Who may take away what others said there, as may_moderate(player, channel).
    may_moderate: Callable[..., bool] = lambda player, channel: False
    # The level of moderation that was chosen there, as moderation_level(channel).
    moderation_level: Callable[..., str] = lambda channel: "none"
    # Ends a membership with all that hangs on it, as expel(channel, player, reason).
    expel: Callable[..., bool] | None = None


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
