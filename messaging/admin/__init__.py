from messaging.admin.messages import ChannelAdmin, MessageAdmin, NotificationAdmin
from messaging.admin.moderation import AppealAdmin, CaseAdmin, SanctionAdmin
from messaging.admin.words import ListedWordAdmin

__all__ = [
    "AppealAdmin",
    "CaseAdmin",
    "ChannelAdmin",
    "ListedWordAdmin",
    "MessageAdmin",
    "NotificationAdmin",
    "SanctionAdmin",
]
