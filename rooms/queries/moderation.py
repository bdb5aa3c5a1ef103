from messaging.models import Channel
from messaging.rules.levels import LEVELS, LIGHT
from rooms.models import RoomSettings


def chosen_level(channel: Channel) -> str:
    """The level of moderation that the owner chose; the members' ages may raise it."""
    room_settings = RoomSettings.objects.filter(room__channel=channel).first()
    level = getattr(room_settings, "moderation_level", LIGHT)
    return level if level in LEVELS else LIGHT
