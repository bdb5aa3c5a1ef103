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
    "messages:read": "Read my direct messages and who is in my conversations",
    "messages:write": "Write direct messages for me, and change or leave my conversations",
    "history:read": "Search and read back everything that I can read, direct messages included",
    "exports:write": "Ask for an export of my data and see how far it is (the file itself needs my sign-in)",
    "characters:read": "Read the directory of characters and what they answer from",
    "characters:write": "Add, replace, delete and ask what characters answer from, where I may edit them",
    "workshop:read": "Read drafts, prompts, revisions, presets and templates of characters, where I may edit them",
    "workshop:write": "Make, change, retire and delete characters where I may, and keep templates of them",
    "memory:read": "Read what characters remember about me",
    "memory:write": "Correct and delete what characters remember about me, switch it off, and rate answers",
    "learning:read": "Read what is due for me, my topics and my calibration",
    "learning:write": "Practise for me",
    "statements:read": "Read the bank of statements with their keys, where I may author them",
    "statements:write": "Review, bring in and make statements, where I may author them",
    "rooms:read": "Read rooms and my talks with characters: their messages, answers and sessions",
    "rooms:write": "Enter and leave rooms, write messages, play and talk with characters for me",
}
EXPIRY_DAYS = (30, 90, 365)
MAX_TOKENS = 20
MAX_NAME_LENGTH = 100


def unknown_scopes(scopes: list[str]) -> list[str]:
    return sorted(set(scopes) - SCOPES.keys())
