"""Facts of this app that the apps above may care about, sent after the commit."""

from django.dispatch import Signal

# statement_ids, lifecycle: they were approved and are no longer. What is being played has to do without them.
statements_withdrawn = Signal()

# player_id, statement_id, flip_id, is_right, xp: a key was wrong, and the player's answer counts the other way
# round from now on. The experience is what was granted for it, 0 when nothing was missing.
answer_rescored = Signal()
