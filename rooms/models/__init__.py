from rooms.models.characters import NpcStay, RoomNpc
from rooms.models.entry import JoinRequest, RoomInvitation, StaffEntry
from rooms.models.reply import Reply, ReplyDelta, ReplyVariant
from rooms.models.room import Room, Tag
from rooms.models.session import GameSession
from rooms.models.session_play import SessionAnswer, SessionParticipant, SessionRound, TrainingStep
from rooms.models.session_records import SessionAnalytics, SessionEvent, TournamentMatch
from rooms.models.settings import RoomSettings, RulesAcceptance
from rooms.models.talk import Talk

__all__ = [
    "GameSession",
    "JoinRequest",
    "NpcStay",
    "Reply",
    "ReplyDelta",
    "ReplyVariant",
    "Room",
    "RoomInvitation",
    "RoomNpc",
    "RoomSettings",
    "RulesAcceptance",
    "SessionAnalytics",
    "SessionAnswer",
    "SessionEvent",
    "SessionParticipant",
    "SessionRound",
    "StaffEntry",
    "Tag",
    "Talk",
    "TournamentMatch",
    "TrainingStep",
]
