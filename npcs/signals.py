from django.dispatch import Signal

# Sent after the commit. A character is gone from every picker and room: what it was doing must end.
character_retired = Signal()  # npc_id
# It works or rests again.
character_returned = Signal()  # npc_id
# A day (UTC) in which providers were asked is over; most of a day's money is spent.
day_closed = Signal()  # day
money_running_out = Signal()  # day
# What a player has allowed a character to do is done, or has failed.
tool_finished = Signal()  # use_id
# Somebody in another messenger has shown that he is a player here.
identity_linked = Signal()  # identity_id
