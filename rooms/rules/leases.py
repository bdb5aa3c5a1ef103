"""How long a server process keeps the step of a session that it has taken.

A process that is killed in the middle of a step is heard of no more; another one looks every half second and
takes the step when the lease has run out: within `LEASE` and a half second, and so within three seconds.
"""

from datetime import timedelta

LEASE = timedelta(seconds=2)
LOOK_EVERY_SECONDS = 0.5
