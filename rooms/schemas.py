"""Shapes of the JSON interface."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field


class Refusal(Schema):
    detail: str
    code: str = ""


REFUSALS = {401: Refusal, 403: Refusal, 404: Refusal, 409: Refusal, 422: dict}


class RoomOut(Schema):
    slug: str
    name: str
    description: str
    difficulty: str
    category: str
    tags: list[str]
    channel: UUID
    people_present: int
    current_players: int
    max_players: int
    characters: list[str]
    is_playing: bool
    is_mine: bool


class LobbyIn(Schema):
    """The filters of the lobby; empty means everything."""

    search: str = Field("", max_length=100)
    category: str = Field("", max_length=50)
    difficulty: str = Field("", max_length=12)
    tag: str = Field("", max_length=40)
    after: str = Field("", max_length=60)


class RoomPage(Schema):
    rooms: list[RoomOut]
    after: str


class MessageIn(Schema):
    text: str
    cid: UUID | None = None


class PostedOut(Schema):
    uuid: UUID
    seq: int
    dup: bool


class MessagePage(Schema):
    messages: list[dict]
    before: int | None


class AnswerIn(Schema):
    verdict: bool
    round: int


class SessionOut(Schema):
    uuid: UUID
    phase: str
    topic: str
    round: int
    rounds: int
    ends_at: datetime | None
    statement: str
    answered: int
    players: int
    my_verdict: bool | None
    key: bool | None
    explanation: str
    source: str
