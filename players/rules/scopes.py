"""What a program may do for a player: the scopes of personal tokens.

An operation of the JSON interface names its scope (`padawanforge.kit.access.scope`); one without a scope is
for the player's own browser only. So are, for good, tokens, sign-in, deletion and roles.
"""

# Scope -> what it lets a program do, as the player reads it.
SCOPES = {
    "profile:read": "Read my profile, preferences, privacy choices and totals",
    "profile:write": "Change my profile, preferences and privacy choices",
    "personal:read": "Read my personal information, such as my full name and birth date",
    "personal:write": "Change my personal information",
    "people:read": "See other players as I see them, and my friends",
    "people:write": "Ask and answer friend requests, follow, unfollow and block",
    "progress:read": "Read my progress by week and day, and my achievements",
    "notifications:read": "Read my notifications",
    "notifications:write": "Mark my notifications as read or dismiss them",
    "exports:write": "Ask for an export of my data and see how far it is (the file itself needs my sign-in)",
    "characters:read": "Read the directory of characters and what they answer from",
    "rooms:read": "Read rooms, their messages and sessions",
    "rooms:write": "Enter and leave rooms, write messages and play for me",
}
EXPIRY_DAYS = (30, 90, 365)
MAX_TOKENS = 20
MAX_NAME_LENGTH = 100


def unknown_scopes(scopes: list[str]) -> list[str]:
    return sorted(set(scopes) - SCOPES.keys())
