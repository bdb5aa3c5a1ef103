"""The kinds of channel that rooms and private talks own, and what new rooms may begin with."""

from dataclasses import dataclass

ROOM = "room"
TALK = "npc"


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a new room for a purpose has instead of the usual; everything can be chosen differently."""

    slug: str
    name: str
    icon: str
    text: str
    # Columns of the room and of its settings.
    values: dict[str, object]
    # What the characters do that come into it.
    npc_role: str = "tutor"


BLUEPRINTS = (
    Blueprint(
        "study-circle",
        "Study circle",
        "book-open",
        "A dozen people who learn together, with a tutor.",
        {
            "room_type": "study_group",
            "max_players": 12,
            "theme": "forest",
            "moderation_level": "normal",
            "members_start_sessions": True,
            "welcome_message": "Welcome to our circle. Say what you are working on.",
            "room_rules": "Help each other before you ask for solutions.\nNo question is too simple.",
        },
    ),
    Blueprint(
        "exam-lobby",
        "Exam lobby",
        "timer",
        "Quiet until the quiz begins; who manages the room starts it.",
        {
            "room_type": "training",
            "max_players": 100,
            "theme": "dawn",
            "moderation_level": "strict",
            "slow_seconds": 30,
            "members_start_sessions": False,
            "allow_whispers": False,
            "allow_attachments": False,
            "allow_anonymous": False,
            "npcs_speak": "never",
            "welcome_message": "The quiz begins soon. Press “I'm ready” as soon as it is offered.",
            "room_rules": "Everybody answers alone.\nTalk about the statements after the reveal.",
        },
        npc_role="observer",
    ),
    Blueprint(
        "help-desk",
        "Help desk",
        "life-buoy",
        "Questions and answers for everybody, guests included.",
        {
            "max_players": 200,
            "theme": "ocean",
            "moderation_level": "normal",
            "slow_seconds": 5,
            "members_start_sessions": False,
            "npc_pause_seconds": 0,
            "notify": "all",
            "welcome_message": "Ask one question in one message, and call a character with @ for a first answer.",
            "room_rules": "Say what you have tried already.\nReply to the message that you answer.",
        },
        npc_role="assistant",
    ),
    Blueprint(
        "raid-tavern",
        "Raid tavern",
        "swords",
        "Meet before and after the game, loud and cheerful.",
        {
            "max_players": 50,
            "theme": "ember",
            "moderation_level": "light",
            "members_start_sessions": True,
            "npc_pause_seconds": 20,
            "welcome_message": "Take a seat by the fire. Who comes along tonight?",
        },
        npc_role="assistant",
    ),
)


def blueprint(slug: str) -> Blueprint | None:
    return next((known for known in BLUEPRINTS if known.slug == slug), None)
