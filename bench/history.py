"""Times and queries of reading back in a long room: `python -m bench.history --room great-hall`.

Of the queries with the rows made into objects, on whatever database the settings name: how many queries, the
best and the median of eleven runs in milliseconds.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from messaging.models import Message  # noqa: E402
from messaging.queries import history, message_data  # noqa: E402
from messaging.queries.history import Reader  # noqa: E402
from messaging.queries.search import find  # noqa: E402
from rooms.models import Room  # noqa: E402

TIMES = 11


def measured(act: Callable[[], object]) -> tuple[int, float, float]:
    """How many queries, the best and the median in milliseconds; the first run warms up."""
    with CaptureQueriesContext(connection) as queries:
        act()
    lasted = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        act()
        lasted.append((time.perf_counter() - begin) * 1000)
    return len(queries), min(lasted), statistics.median(lasted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--room", default="great-hall")
    room = Room.objects.select_related("channel", "owner").get(slug=parser.parse_args().room)
    channel, reader = room.channel, Reader(room.owner)
    middle = channel.last_seq // 2
    day = Message.objects.get(channel=channel, seq=middle).sent_at + timedelta(minutes=1)

    def jump() -> None:
        found = history.first_since(channel, reader, day)
        history.around(channel, reader, found.seq)

    acts = {
        "last 50 messages": lambda: history.latest(channel, reader),
        "the same as they are told": lambda: [message_data(m) for m in history.latest(channel, reader).messages],
        "page before": lambda: history.before(channel, reader, middle),
        "page after": lambda: history.after(channel, reader, middle),
        "around a message": lambda: history.around(channel, reader, middle),
        "jump to a day": jump,
        "unread in the room": lambda: history.unread_counts(room.owner, [channel.pk]),
        "search: a rare word": lambda: find(room.owner, "term4711"),
        "search: a common word": lambda: find(room.owner, "gravity"),
        "search: two common words": lambda: find(room.owner, "gravity volcano"),
        "search: the beginning of a word": lambda: find(room.owner, "ter"),
        "search: a phrase": lambda: find(room.owner, '"iron planet"'),
        "search: a word that is nowhere": lambda: find(room.owner, "zyzzyva"),
        "search: a word of one author": lambda: find(room.owner, f"gravity from:{room.owner.username}"),
        "search: has:link": lambda: find(room.owner, "has:link"),
        "search: a word in a span of days": lambda: find(room.owner, f"comet before:{day:%Y-%m-%d}"),
    }  # fmt: skip
    print(f"{connection.vendor}, {channel.last_seq:,} messages")
    for name, act in acts.items():
        queries, best, median = measured(act)
        print(f"| {name} | {queries} | {best:.1f} | {median:.1f} |")


if __name__ == "__main__":
    main()
