from messaging.admin.announcements import AnnouncementAdmin, ReceiptAdmin
from messaging.admin.background import PushSubscriptionAdmin, ScheduledMessageAdmin
from messaging.admin.direct import ConversationAdmin
from messaging.admin.messages import ChannelAdmin, MessageAdmin, NotificationAdmin
from messaging.admin.moderation import AppealAdmin, CaseAdmin, SanctionAdmin
from messaging.admin.words import ListedWordAdmin

__all__ = [
    "AnnouncementAdmin",
    "AppealAdmin",
    "CaseAdmin",
    "ChannelAdmin",
    "ConversationAdmin",
    "ListedWordAdmin",
    "MessageAdmin",
    "NotificationAdmin",
    "PushSubscriptionAdmin",
    "ReceiptAdmin",
    "SanctionAdmin",
    "ScheduledMessageAdmin",
]
