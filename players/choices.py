"""Enums that more than one module of this app needs."""

from django.conf import settings
from django.db import models


class Provider(models.TextChoices):
    """How a player signs in by default; the first four are the documented sign-in providers."""

    GOOGLE = "google", "Google"
    DISCORD = "discord", "Discord"
    APPLE = "apple", "Apple"
    SLACK = "slack", "Slack"
    OIDC = "oidc", "Identity server"
    PASSWORD = "password", "E-mail and password"
    DEMO = "demo", "Guest"


class RoleName(models.TextChoices):
    GUEST = "guest", "Guest"
    PADAWAN = "padawan", "Padawan"
    GAME_MASTER = "game_master", "Game Master"
    GUILD_LEADER = "guild_leader", "Guild Leader"
    SYSTEM_ADMIN = "system_admin", "System Admin"


# The documented permissions: code name -> what it opens.
PERMISSIONS = {
    "content.view": "Read documentation and public content",
    "demo.access": "Use the demo: open rooms and characters as a guest",
    "players.view": "See other players",
    "npcs.view": "See and talk with characters",
    "npcs.create": "Create and change characters and their knowledge",
    "npcs.delete": "Remove characters",
    "games.view": "See and enter rooms, take part in sessions",
    "games.create": "Create rooms and start sessions, author statements",
    "games.delete": "Remove rooms and statements",
    "admin.config": "Change the configuration of the installation",
    "admin.roles": "Give and take roles",
    "admin.logs": "Read logs",
    "admin.system": "Operate the system",
}

# Permissions that nothing asks for yet, and why they exist all the same.
RESERVED = {
    "content.view": "Everything there is to read without playing is public; meant for content that isn't.",
}

# The documented roles: level, description, permissions.
ROLES = {
    RoleName.GUEST: (0, "Demo and documentation only", ("content.view", "demo.access")),
    RoleName.PADAWAN: (
        1,
        "Learns: players, characters and rooms",
        ("players.view", "npcs.view", "games.view", "content.view"),
    ),
    RoleName.GAME_MASTER: (
        2,
        "Creates and removes characters and rooms",
        (
            "npcs.view",
            "npcs.create",
            "npcs.delete",
            "games.view",
            "games.create",
            "games.delete",
            "content.view",
        ),
    ),
    RoleName.GUILD_LEADER: (3, "Leads a guild; no further permissions", ()),
    RoleName.SYSTEM_ADMIN: (
        4,
        "Configures the whole installation",
        ("admin.config", "admin.roles", "admin.logs", "admin.system", "content.view"),
    ),
}

# What a role brings besides its own permissions: who leads others can do what they can.
BRINGS = {
    RoleName.GUEST: (),
    RoleName.PADAWAN: (),
    RoleName.GAME_MASTER: (RoleName.PADAWAN,),
    RoleName.GUILD_LEADER: (RoleName.PADAWAN,),
    RoleName.SYSTEM_ADMIN: (RoleName.PADAWAN, RoleName.GAME_MASTER),
}
STAFF_ROLES = frozenset({RoleName.GAME_MASTER, RoleName.SYSTEM_ADMIN})


class NotificationKind(models.TextChoices):
    """What a notification is about; each kind can be switched off."""

    FRIEND = "friend", "Friends: requests and answers"
    MENTION = "mention", "Somebody mentions me"
    THREAD = "thread", "Answers in threads that I follow"
    MESSAGE = "message", "Messages to me"
    ROOM = "room", "My rooms"
    SESSION = "session", "Quiz sessions"
    ACHIEVEMENT = "achievement", "Achievements"
    LEVEL = "level", "New levels"
    STREAK = "streak", "Day streak"
    ANNOUNCEMENT = "announcement", "Announcements"
    SYSTEM = "system", "My account and my data"


class EducationLevel(models.TextChoices):
    PRIMARY = "primary", "Primary school"
    SECONDARY = "secondary", "Secondary school"
    VOCATIONAL = "vocational", "Vocational training"
    BACHELOR = "bachelor", "Bachelor's degree"
    MASTER = "master", "Master's degree"
    DOCTORATE = "doctorate", "Doctorate"
    OTHER = "other", "Something else"


# The languages that the pages are written in.
LANGUAGES = tuple(settings.LANGUAGES)
