"""How much characters may say, so that they never talk without end and nobody waits for ever.

Each is counted in the database under the lock of the room, so it holds over all processes.
"""

from datetime import timedelta

# In a room.
ANSWERS_TO_ONE_MESSAGE = 2
ANSWERS_IN_A_ROW = 3
ANSWERS_OF_A_PAIR = 6
PAIR_WINDOW = timedelta(minutes=10)
BUDGET_WINDOW = timedelta(minutes=10)
BUDGET = 20
COOLDOWN_SECONDS = 5
ACTIVE_CHARACTERS = 5
# In natural mode nobody is interrupted who writes: looked at again so often, and after all of it no more.
WRITING_DELAYS = timedelta(seconds=3)
WRITING_DELAYS_AT_MOST = timedelta(seconds=15)

# At the same time.
AT_ONCE_FOR_A_PLAYER = 2
AT_ONCE_IN_A_PROCESS = 8
WAITING_AT_MOST = 20

# Of one answer.
VARIANTS = 10
