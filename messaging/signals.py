"""Facts of this app that the apps above may care about."""

from django.dispatch import Signal

message_posted = Signal()  # message_id
