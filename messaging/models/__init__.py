from messaging.models.channel import Channel, ChannelMember, LiveConnection
from messaging.models.message import MESSAGE_MAX_LENGTH, ChannelEvent, Message

__all__ = [
    "MESSAGE_MAX_LENGTH",
    "Channel",
    "ChannelEvent",
    "ChannelMember",
    "LiveConnection",
    "Message",
]
