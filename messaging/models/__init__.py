from messaging.models.announcement import Announcement, AnnouncementReceipt
from messaging.models.channel import Channel, ChannelMember, LiveConnection
from messaging.models.direct import Conversation, DirectState
from messaging.models.extras import (
    Attachment,
    Draft,
    HiddenMessage,
    Poll,
    PollOption,
    PollVote,
    SavedMessage,
    ScheduledMessage,
    ThreadFollow,
)
from messaging.models.message import (
    EXPIRED,
    MESSAGE_MAX_LENGTH,
    ChannelEvent,
    Message,
    MessageMention,
    MessageReaction,
    MessageRevision,
)
from messaging.models.moderation import Appeal, Case, Category, ListedWord, Refusal, Report, Sanction
from messaging.models.notification import Notification, PushSubscription

__all__ = [
    "EXPIRED",
    "MESSAGE_MAX_LENGTH",
    "Announcement",
    "AnnouncementReceipt",
    "Appeal",
    "Attachment",
    "Case",
    "Category",
    "Channel",
    "ChannelEvent",
    "ChannelMember",
    "Conversation",
    "DirectState",
    "Draft",
    "HiddenMessage",
    "ListedWord",
    "LiveConnection",
    "Message",
    "MessageMention",
    "MessageReaction",
    "MessageRevision",
    "Notification",
    "Poll",
    "PollOption",
    "PollVote",
    "PushSubscription",
    "Refusal",
    "Report",
    "Sanction",
    "SavedMessage",
    "ScheduledMessage",
    "ThreadFollow",
]
