"""Facts about characters in conversations, for whoever keeps account of them."""

from django.dispatch import Signal

# A character has answered somebody; once for each message it answers, however often the answer is made again.
# reply_id, npc_id, player_id (None when nobody asked)
character_answered = Signal()
