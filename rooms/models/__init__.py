from rooms.models.room import Room, RoomNpc, RoomSettings, Tag
from rooms.models.session import (
    GameSession,
    SessionAnswer,
    SessionParticipant,
    SessionRound,
)
from rooms.models.talk import Reply, Talk

__all__ = [
    "GameSession",
    "Reply",
    "Room",
    "RoomNpc",
    "RoomSettings",
    "SessionAnswer",
    "SessionParticipant",
    "SessionRound",
    "Tag",
    "Talk",
]
