"""Facts of this app that the apps above may care about."""

from django.dispatch import Signal

member_joined = Signal()  # channel_id, player_id
message_posted = Signal()  # message_id
message_held = Signal()  # message_id, rule: nobody reads it before somebody has looked at it
message_deleted = Signal()  # message_id
message_refused = Signal()  # player_id, channel_id, text, refusal (messaging.checks.Refused)
