"""What sorts of channels there are. An app above registers its own and says who may do what in them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

# What a channel may offer beyond plain text.
FEATURES = ("attachments", "commands", "polls", "reactions", "whispers")

_kinds: dict[str, "Kind"] = {}


@dataclass(frozen=True, slots=True)
class Limits:
    """What its owner has chosen for a channel besides its level of moderation. Zero means no limit."""

    slow_seconds: int = 0
    messages_per_minute: int = 0
    # As it was written, one word to a line.
    refused_words: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of channel. Both questions are asked as `question(player, channel)` of the database.

    They are asked again with every frame that comes in and with every heartbeat, so they must be cheap.
    """

    slug: str
    may_read: Callable[..., bool]
    may_post: Callable[..., bool]
    # Which channels of this kind the player may read, as a condition (Q) on those where he is a member; None:
    # none of them. The same question as `may_read`, asked of all at once.
    readable: Callable[..., Any] = lambda player: None
    # What people call the channels with these ids: for those who take their messages along.
    titles: Callable[[Collection[int]], dict[int, str]] = lambda ids: {}
    # Pages on which the channels with these ids are read.
    addresses: Callable[[Collection[int]], dict[int, str]] = lambda ids: {}
    # Who may take away what others said there, as may_moderate(player, channel).
    may_moderate: Callable[..., bool] = lambda player, channel: False
    # The level of moderation that was chosen there, as moderation_level(channel).
    moderation_level: Callable[..., str] = lambda channel: "none"
    # What was chosen there besides, as limits(channel).
    limits: Callable[..., Limits] = lambda channel: Limits()
    # Whether one of FEATURES may be used there, as allows(channel, feature).
    allows: Callable[..., bool] = lambda channel, feature: True
    # How much members hear of it who have chosen nothing, as notify(channel): "all", "mentions", "nothing"; ""
    # where that isn't chosen at all.
    notify: Callable[..., str] = lambda channel: ""
    # The characters that can be called there, as characters(channel).
    characters: Callable[..., list[Any]] = lambda channel: []
    # Has the answers to the questions above at hand for these members, as ahead(members); their rows have selected
    # `related`, paths that begin with "channel__". Only where there is one are messages stored together.
    ahead: Callable[[Collection[Any]], None] | None = None
    related: tuple[str, ...] = ()
    # What of that decides about words, as expressions on the members' rows (see padawanforge.kit.versions): as
    # long as they stay the same, who could say something may say the next thing without being read again.
    watched: tuple[Any, ...] = ()
    # The answers that characters are giving there at this moment, with what they have said so far, as
    # speaking(channel): `draft`, `npc`, `asker`, `state`, `text` and `chunk_no` each.
    speaking: Callable[..., list[dict]] = lambda channel: []
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


def related() -> tuple[str, ...]:
    """What hangs on channels of one kind or another that the questions about their members need."""
    return tuple(path for kind in _kinds.values() for path in kind.related)


def watched() -> tuple[Any, ...]:
    return tuple(expression for kind in _kinds.values() for expression in kind.watched)


def slugs() -> list[str]:
    return sorted(_kinds)
