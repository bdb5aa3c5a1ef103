"""What two players may become to each other, and how much somebody may ask."""

from dataclasses import dataclass
from enum import StrEnum

MAX_OPEN_REQUESTS = 50
MAX_REQUESTS_A_DAY = 20


class Verb(StrEnum):
    """What a player can do about another."""

    ASK = "ask"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    UNFRIEND = "unfriend"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True)
class Ties:
    """What lies between a player and another one, from the player's side."""

    is_friend: bool = False
    has_asked: bool = False
    was_asked: bool = False
    follows: bool = False
    has_blocked: bool = False
    is_blocked: bool = False


def can_be_asked(*, level: str, is_minor: bool) -> bool:
    """Whether strangers may ask for friendship; nobody learns why they may not."""
    return level != "maximum" and not is_minor


def can_be_followed(*, visibility: str, level: str, is_minor: bool) -> bool:
    """Only what everybody may see can be followed."""
    return visibility == "public" and can_be_asked(level=level, is_minor=is_minor)


def possible(ties: Ties, *, askable: bool, followable: bool) -> tuple[Verb, ...]:
    """What the player is offered about the other, the most likely first."""
    if ties.has_blocked:
        return (Verb.UNBLOCK,)
    return (*_of_friendship(ties, askable), *_of_following(ties, followable), Verb.BLOCK)


def _of_friendship(ties: Ties, askable: bool) -> tuple[Verb, ...]:
    if ties.is_friend:
        return (Verb.UNFRIEND,)
    if ties.was_asked:
        return (Verb.ACCEPT, Verb.DECLINE)
    if ties.has_asked:
        return (Verb.CANCEL,)
    return (Verb.ASK,) if askable and not ties.is_blocked else ()


def _of_following(ties: Ties, followable: bool) -> tuple[Verb, ...]:
    if ties.follows:
        return (Verb.UNFOLLOW,)
    return (Verb.FOLLOW,) if followable and not ties.is_blocked else ()
