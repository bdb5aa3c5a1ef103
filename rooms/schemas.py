"""Shapes of the JSON interface."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from messaging.rules.attachments import MAX_PER_MESSAGE
from npcs.choices import Difficulty
from rooms.models import Room


class RoomOut(Schema):
    slug: str
    name: str
    description: str
    difficulty: str
    audience: str = Field(description="For which ages it is; only rooms for mine are listed.")
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
    room_type: str = Field("", max_length=20)
    free: bool = Field(False, description="Only rooms with free places.")
    featured: bool = False
    mine: bool = Field(False, description="Only rooms that I am in.")
    after: str = Field("", max_length=60)


class RoomPage(Schema):
    rooms: list[RoomOut]
    after: str


class MessageIn(Schema):
    text: str
    cid: UUID | None = None
    attachments: list[UUID] = Field(
        [], max_length=MAX_PER_MESSAGE, description="Uploads of mine for this channel."
    )


class PostedOut(Schema):
    """The stored message; or, for a command that stores none, what its caller is told."""

    uuid: UUID | None = None
    seq: int | None = None
    dup: bool = False
    told: str = ""


class MessagePage(Schema):
    messages: list[dict]
    before: int | None


class SessionAnswerIn(Schema):
    """No verdict: pass. The same `client_id` once more is the same answer."""

    verdict: bool | None
    round: int = Field(ge=0, le=32_000)
    confidence: int | None = Field(None, ge=1, le=3, description="1 guess, 2 think so, 3 sure.")
    client_id: UUID | None = None


class PauseIn(Schema):
    reason: str = Field("", max_length=200)


class SessionOut(Schema):
    uuid: UUID
    kind: str
    mode: str
    format: str
    phase: str
    topic: str
    round: int
    rounds: int
    stage: int
    stages: int
    ends_at: datetime | None
    is_paused: bool
    pause_reason: str
    statement: str
    answered: int
    players: int
    spectators: int
    is_playing: bool
    my_verdict: bool | None
    has_passed: bool
    my_confidence: int | None
    my_points: int | None
    my_place: int | None
    key: bool | None
    explanation: str
    source: str
    is_annulled: bool


class RoomIn(Schema):
    name: str = Field("", max_length=80)
    description: str = Field("", max_length=1000)
    room_type: Room.Type = Room.Type.GENERAL
    visibility: Room.Visibility = Room.Visibility.PUBLIC
    audience: Room.Audience = Field(Room.Audience.FROM_13, description="For which ages it is.")
    difficulty: Difficulty = Difficulty.BEGINNER
    category: str = Field("", max_length=50)
    max_players: int = Field(50, ge=2, le=1000)
    tags: list[str] = Field(default_factory=list, max_length=8)


class OpenedOut(Schema):
    slug: str
    name: str
    channel: UUID


def opened_out(room: Room) -> dict:
    return {"slug": room.slug, "name": room.name, "channel": room.channel.uuid}
