"""Facts of this app that the apps above may care about, sent after the commit."""

from django.dispatch import Signal

level_reached = Signal()  # player_id, level
rights_lost = (
    Signal()
)  # player_id, permissions: what was taken from him opened them; something else may still
access_changed = Signal()  # player_id: rights or sign-in changed; open sockets must look again
achievement_unlocked = Signal()  # player_id, code
streak_changed = Signal()  # player_id, day_streak, used_freeze
friend_requested = Signal()  # player_id (who is asked), other_id (who asks)
friend_accepted = Signal()  # player_id (who asked), other_id (who said yes)
block_changed = Signal()  # player_id, other_id: they must stop (or may start) to see each other
export_ready = Signal()  # player_id, export_uuid
demo_spent = Signal()  # player_id: less is left of the guest's demo
demo_limit_reached = Signal()  # player_id, limit
