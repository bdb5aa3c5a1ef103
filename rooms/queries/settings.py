from messaging.kinds import FEATURES, Limits
from messaging.models import Channel
from messaging.queries.moderation import floor_in
from messaging.rules import levels
from padawanforge.kit.memory import recalled
from rooms.models import Room, RoomSettings


def room_of(channel: Channel | int) -> Room | None:
    """The room of the channel with its settings."""
    channel_id = channel if isinstance(channel, int) else channel.pk
    return recalled(
        (Room, channel_id),
        lambda: Room.objects.filter(channel=channel_id).select_related("settings").first(),
    )


def settings_of(channel: Channel | int) -> RoomSettings | None:
    """What was chosen for the room of the channel; None where nobody has chosen anything."""
    return getattr(room_of(channel), "settings", None)


def allows(channel: Channel, feature: str) -> bool:
    """Whether the owner has left the feature on; nobody has chosen anything for a room without settings."""
    return getattr(settings_of(channel), f"allow_{feature}", True)


def limits(channel: Channel) -> Limits:
    """How often somebody may write in the room, and with which words not."""
    chosen = settings_of(channel)
    if chosen is None:
        return Limits()
    return Limits(chosen.slow_seconds, chosen.messages_per_minute, chosen.refused_words)


def notify_of(channel: Channel) -> str:
    """How much members hear of the room who have chosen nothing themselves."""
    chosen = settings_of(channel)
    return chosen.notify if chosen else RoomSettings.Notify.MENTIONS


def pause_of(channel: Channel) -> int:
    """How many seconds a character rests between two answers; zero in private talks.

    The channel has selected its room and the settings.
    """
    chosen = getattr(getattr(channel, "room", None), "settings", None)
    return chosen.npc_pause_seconds if chosen else 0


def slow_seconds_in(room: Room, *, moderates: bool) -> int:
    """How long the viewer of the page waits between two messages; `room` has its settings."""
    if moderates:
        return 0
    level = levels.effective(room.settings.moderation_level, floor_in(room.channel))
    return max(level.slow_seconds, room.settings.slow_seconds)


def switched_off(chosen: RoomSettings) -> list[str]:
    """Which features the owner has switched off, from settings that are at hand."""
    return [feature for feature in FEATURES if not getattr(chosen, f"allow_{feature}")]


def characters_speak(channel: Channel) -> bool:
    chosen = settings_of(channel)
    return chosen is None or chosen.npcs_speak != RoomSettings.NpcsSpeak.NEVER
