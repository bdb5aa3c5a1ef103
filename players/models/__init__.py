from players.models.demo import DemoSession
from players.models.player import Player
from players.models.progress import ExperienceEntry
from players.models.role import Role
from players.models.segments import (
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
)

__all__ = [
    "DemoSession",
    "ExperienceEntry",
    "Player",
    "PlayerGameData",
    "PlayerPersonalInfo",
    "PlayerPreferences",
    "PlayerProfile",
    "Role",
]
