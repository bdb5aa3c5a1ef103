from messaging.models import Channel
from messaging.rules.levels import LEVELS, LIGHT
from rooms.queries.settings import settings_of


def chosen_level(channel: Channel) -> str:
    """The level of moderation that the owner chose; the members' ages may raise it."""
    level = getattr(settings_of(channel), "moderation_level", LIGHT)
    return level if level in LEVELS else LIGHT
