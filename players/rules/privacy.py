"""What one player may see of another: the one place where that is decided.

Everything that shows a player to somebody asks `visible_fields` (through `players.queries.privacy`), so a
field that is not in the answer never reaches a template, an answer of the API or a board.
"""

from collections.abc import Mapping
from enum import StrEnum


class Relation(StrEnum):
    """What the viewer is to the player, from nothing to everything."""

    BLOCKED = "blocked"  # one of the two has blocked the other
    ANONYMOUS = "anonymous"
    GUEST = "guest"
    PLAYER = "player"
    FRIEND = "friend"
    GAME_MASTER = "game_master"
    SYSTEM_ADMIN = "system_admin"
    SELF = "self"


class Field(StrEnum):
    """Everything that can be shown of a player besides the name under which he speaks."""

    AVATAR = "avatar"
    BIO = "bio"
    SOCIAL_LINKS = "social_links"
    ROLE = "role"
    JOINED = "joined"
    PROGRESS = "progress"
    ACHIEVEMENTS = "achievements"
    MASTERY = "mastery"
    ACTIVITY = "activity"
    PRESENCE = "presence"
    FRIENDS = "friends"
    BOARDS = "boards"
    SEARCH = "search"
    REAL_NAME = "real_name"
    FULL_NAME = "full_name"
    AGE = "age"
    LOCATION = "location"
    OCCUPATION = "occupation"
    EDUCATION = "education_level"
    INTERESTS = "interests"
    EMAIL = "email"
    DATE_OF_BIRTH = "date_of_birth"
    EMERGENCY_CONTACT = "emergency_contact"
    ACCESSIBILITY = "accessibility_needs"


# Fields of the private segment that a player may open one by one, by `visibility_settings`.
CHOOSABLE = frozenset(
    {
        Field.REAL_NAME,
        Field.FULL_NAME,
        Field.AGE,
        Field.LOCATION,
        Field.OCCUPATION,
        Field.EDUCATION,
        Field.INTERESTS,
    }
)
# Never shown on a page to anybody but the player himself and those who answer for accounts.
SECRET = frozenset({Field.EMAIL, Field.DATE_OF_BIRTH, Field.EMERGENCY_CONTACT, Field.ACCESSIBILITY})
PROFILE = frozenset(Field) - CHOOSABLE - SECRET
# Shown to friends at the normal level, to everybody at the minimal one.
CLOSE = frozenset({Field.MASTERY, Field.ACTIVITY, Field.PRESENCE, Field.FRIENDS})
# What a stranger who may vanish tomorrow needs: who speaks there.
FOR_GUESTS = frozenset({Field.AVATAR, Field.BIO, Field.ROLE, Field.PROGRESS})
# What somebody who answers for the learning sees of everybody.
FOR_GAME_MASTERS = PROFILE


def visible_fields(
    relation: Relation, *, visibility: str, level: str, choices: Mapping[str, str], is_minor: bool
) -> frozenset[Field]:
    """The fields that the viewer sees.

    - Strangers need a public profile, friends one that is public or for friends; a private one is nobody's.
    - Each private field is shown to whom its own choice names (`choices`: field -> public, friends or
      private; private when it isn't named), and never to somebody who doesn't see the profile at all.
    - The maximum level, and being a minor, shuts strangers out whatever the rest says, and takes the player
      off boards and out of the search even for friends.
    - The normal level keeps for friends what tells when and with whom somebody plays (`CLOSE`); the minimal
      one shows it to everybody who sees the profile.
    - A guest sees a little of what a player would see.
    - A game master sees the learning of everybody, and of the private fields what every player sees.
    """
    if relation in {Relation.SELF, Relation.SYSTEM_ADMIN}:
        return frozenset(Field)
    if relation in {Relation.BLOCKED, Relation.ANONYMOUS}:
        return frozenset()
    is_shut = is_minor or level == "maximum"
    seen = _seen_by(relation == Relation.FRIEND, visibility, choices, is_shut=is_shut)
    if relation == Relation.GAME_MASTER:
        return FOR_GAME_MASTERS | seen
    if is_shut:
        seen -= {Field.BOARDS, Field.SEARCH}
    if relation != Relation.FRIEND and level != "minimal":
        seen -= CLOSE
    return seen & FOR_GUESTS if relation == Relation.GUEST else seen


def _seen_by(
    is_friend: bool, visibility: str, choices: Mapping[str, str], *, is_shut: bool
) -> frozenset[Field]:
    """The profile and the private fields, by the choices that are open to friends or to strangers."""
    open_to = {"public"} if not is_shut or is_friend else set()
    if is_friend:
        open_to |= {"friends"}
    if visibility not in open_to:
        return frozenset()
    return PROFILE | {field for field in CHOOSABLE if choices.get(field, "private") in open_to}
