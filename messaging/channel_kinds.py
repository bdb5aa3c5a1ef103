"""Conversations of two, as a kind of channel."""

from messaging import checks, kinds, permissions
from messaging.actions.direct import DIRECT, check_unanswered
from messaging.actions.moderation import moderate, moderate_edit
from messaging.queries import direct

kinds.register(
    kinds.Kind(
        DIRECT,
        may_read=permissions.may_read_conversation,
        may_post=permissions.may_write_in_conversation,
        titles=direct.titles,
        addresses=direct.addresses,
    )
)
checks.register(DIRECT, check_unanswered)
checks.register(DIRECT, moderate, edit=moderate_edit)
