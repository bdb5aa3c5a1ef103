from datetime import datetime
from enum import StrEnum

from ninja import Schema
from pydantic import ConfigDict, Field

from players.queries.relationships import Buttons, Person
from players.rules.relationships import Verb


class Circle(StrEnum):
    """One of the player's own lists of people."""

    FRIENDS = "friends"
    REQUESTS_RECEIVED = "requests-received"
    REQUESTS_SENT = "requests-sent"
    FOLLOWING = "following"
    BLOCKED = "blocked"


class RelationOut(Schema):
    """What the caller is to the other, and what he can do about it now."""

    username: str
    is_friend: bool
    has_asked: bool = Field(description="The caller's request waits for an answer.")
    was_asked: bool = Field(description="The other's request waits for the caller's answer.")
    follows: bool
    has_blocked: bool
    verbs: list[Verb]


class RelatedOut(Schema):
    username: str
    name: str
    url: str
    avatar_url: str
    level: int | None
    since: datetime
    relation: RelationOut


class CircleOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    people: list[RelatedOut]
    after: str


class VerbIn(Schema):
    model_config = ConfigDict(extra="forbid")

    verb: Verb


def relation_out(buttons: Buttons) -> dict[str, object]:
    # Whether the other has blocked the caller is nobody's business but his.
    ties = ("is_friend", "has_asked", "was_asked", "follows", "has_blocked")
    return {
        "username": buttons.username,
        **{name: getattr(buttons.ties, name) for name in ties},
        "verbs": sorted(buttons.verbs),
    }


def related_out(person: Person) -> dict[str, object]:
    names = ("username", "name", "url", "avatar_url", "level", "since")
    return {name: getattr(person, name) for name in names} | {"relation": relation_out(person.relation)}
