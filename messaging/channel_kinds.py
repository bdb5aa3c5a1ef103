"""Conversations of two, and the log that each player has alone, as kinds of channel."""

from messaging import checks, kinds, permissions
from messaging.actions.direct import DIRECT, check_unanswered
from messaging.actions.moderation import moderate, moderate_edit
from messaging.models.channel import PERSONAL
from messaging.queries import direct

kinds.register(
    kinds.Kind(
        DIRECT,
        may_read=permissions.may_read_conversation,
        may_post=permissions.may_write_in_conversation,
        readable=permissions.readable_conversations,
        titles=direct.titles,
        addresses=direct.addresses,
    )
)
# Told by the server alone.
kinds.register(kinds.Kind(PERSONAL, may_read=permissions.is_own_log, may_post=lambda player, channel: False))
checks.register(DIRECT, check_unanswered)
checks.register(DIRECT, moderate, edit=moderate_edit)
