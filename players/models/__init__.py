from players.models.accounts import ApiToken, ConnectedAccount, SiteBan
from players.models.audit import AuditEntry, AuditHead
from players.models.demo import DemoActivity, DemoMetric, DemoSession
from players.models.player import Player
from players.models.privacy import AccountDeletion, ConsentEntry, DataExport, Guardianship
from players.models.progress import Achievement, ActivityDay, ExperienceEntry, PlayerAchievement
from players.models.relationship import PlayerRelationship
from players.models.role import Role
from players.models.segments import (
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
)
from players.models.usernames import UsernameReservation

__all__ = [
    "AccountDeletion",
    "Achievement",
    "ActivityDay",
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "ConnectedAccount",
    "ConsentEntry",
    "DataExport",
    "DemoActivity",
    "DemoMetric",
    "DemoSession",
    "ExperienceEntry",
    "Guardianship",
    "Player",
    "PlayerAchievement",
    "PlayerGameData",
    "PlayerPersonalInfo",
    "PlayerPreferences",
    "PlayerProfile",
    "PlayerRelationship",
    "Role",
    "SiteBan",
    "UsernameReservation",
]
