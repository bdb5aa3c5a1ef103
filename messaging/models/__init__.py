from messaging.models.channel import Channel, ChannelMember, LiveConnection
from messaging.models.direct import Conversation, DirectState
from messaging.models.message import (
    MESSAGE_MAX_LENGTH,
    ChannelEvent,
    Message,
    MessageReaction,
    MessageRevision,
)
from messaging.models.moderation import Appeal, Case, Category, ListedWord, Refusal, Report, Sanction
from messaging.models.notification import Notification

__all__ = [
    "MESSAGE_MAX_LENGTH",
    "Appeal",
    "Case",
    "Category",
    "Channel",
    "ChannelEvent",
    "ChannelMember",
    "Conversation",
    "DirectState",
    "ListedWord",
    "LiveConnection",
    "Message",
    "MessageReaction",
    "MessageRevision",
    "Notification",
    "Refusal",
    "Report",
    "Sanction",
]
