"""Facts of this app that the apps above may care about."""

from django.dispatch import Signal

level_reached = Signal()  # player_id, level
access_changed = Signal()  # player_id: rights or sign-in changed; open sockets must look again
