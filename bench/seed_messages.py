"""Fill a channel with messages, as fast as the database takes them. On a database made for it only.

python -m bench.seed_messages --room great-hall --count 1000000
"""

import argparse
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from messaging.models import Channel, ChannelEvent, Message  # noqa: E402
from players.actions.accounts import register  # noqa: E402
from players.choices import RoleName  # noqa: E402
from players.models import Player  # noqa: E402
from rooms.actions.rooms import open_room  # noqa: E402
from rooms.models import Room  # noqa: E402

WORDS = """
light water iron planet orbit plant energy heat sound wave gravity force mass speed atom cell salt acid
metal glass stone river ocean cloud storm desert forest animal insect flower seed root leaf season moon
star comet dust ring crater volcano ice steam pressure current magnet battery circuit lens mirror prism
colour shadow night morning map scale distance angle triangle circle number proof theorem prime ratio
""".split()  # noqa: SIM905
OPENINGS = (
    "I think that",
    "Does anybody know why",
    "Look:",
    "No,",
    "Yes, because",
    "My book says that",
    "Then",
    "Imagine",
)
BATCH = 5_000
WRITTEN = 25_000
APART = timedelta(seconds=7)


def text_of(chance: random.Random, number: int) -> str:
    """A line as people write it: mostly short, now and then long, with a link or a rare word."""
    size = min(60, 3 + int(chance.expovariate(0.12)))
    words = [chance.choice(WORDS) for _ in range(size)]
    if number % 40 == 0:
        words.append(f"https://example.org/{number}")
    # Words that stand in one of a thousand messages, as names and terms do.
    if number % 10 == 0:
        words.insert(chance.randrange(len(words)), f"term{chance.randrange(10_000)}")
    return f"{chance.choice(OPENINGS)} {' '.join(words)}."


def fill(channel: Channel, count: int, *, authors: list[Player], until: datetime) -> None:
    """Messages with their lines in the log, numbered after what is there; the index comes with the rows.

    Some thousand are written one by one; the others are copies of them at other times, made by the database.
    """
    first = min(count, WRITTEN)
    begin = until - count * APART
    _let_times_stand(Message, ChannelEvent)
    head = Channel.objects.get(pk=channel.pk).last_seq
    for start in range(0, first, BATCH):
        with transaction.atomic():
            _write(channel, head, range(start, min(start + BATCH, first)), authors, begin)
    with _in_haste():
        for done in range(first, count, first):
            with transaction.atomic():
                _copy(channel, head, min(first, count - done), done)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def _in_haste() -> Iterator[None]:
    """PostgreSQL looks up no foreign keys of rows that are copies, and builds the index of the words at once."""
    if connection.vendor != "postgresql":
        yield
        return
    index, table = "messaging_message_fulltext", Message._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        cursor.execute(f"DROP INDEX {index}")
        yield
        cursor.execute(f"CREATE INDEX {index} ON {table} USING gin (fulltext)")
        cursor.execute("RESET session_replication_role")


def _write(channel: Channel, head: int, numbers: range, authors: list[Player], begin: datetime) -> None:
    chance = random.Random(numbers.start)
    messages = [
        Message(
            channel=channel,
            seq=head + 1 + number,
            player=chance.choice(authors),
            text=text_of(chance, number),
            sent_at=begin + number * APART,
        )
        for number in numbers
    ]
    Message.objects.bulk_create(messages, batch_size=1000)
    ChannelEvent.objects.bulk_create([_line_of(message) for message in messages], batch_size=1000)
    Channel.objects.filter(pk=channel.pk).update(last_seq=head + numbers.stop)


def _copy(channel: Channel, head: int, count: int, done: int) -> None:
    """The first messages again, `done` places later."""
    is_postgresql = connection.vendor == "postgresql"
    seconds = int(APART.total_seconds()) * done
    later = {
        "seq": f"seq + {done}",
        "uuid": "gen_random_uuid()" if is_postgresql else "lower(hex(randomblob(16)))",
        "sent_at": f"sent_at + interval '{seconds} seconds'"
        if is_postgresql
        else f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', sent_at, '+{seconds} seconds')",
    }
    names = [field.column for field in Message._meta.concrete_fields if not field.primary_key]
    table, taken = Message._meta.db_table, ", ".join(later.get(name, name) for name in names)
    columns = ", ".join(names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {taken} FROM {table} "
            "WHERE channel_id = %s AND seq > %s AND seq <= %s ORDER BY seq",
            [channel.pk, head, head + count],
        )
        cursor.execute(
            f"INSERT INTO {ChannelEvent._meta.db_table} "
            "(channel_id, seq, type, actor_id, message_id, payload, created_at) "
            f"SELECT channel_id, seq, 'message.created', player_id, id, '{{}}', sent_at FROM {table} "
            "WHERE channel_id = %s AND seq > %s AND seq <= %s ORDER BY seq",
            [channel.pk, head + done, head + done + count],
        )
    Channel.objects.filter(pk=channel.pk).update(last_seq=head + done + count)


def _line_of(message: Message) -> ChannelEvent:
    return ChannelEvent(
        channel_id=message.channel_id,
        seq=message.seq,
        type="message.created",
        actor_id=message.player_id,
        message=message,
        created_at=message.sent_at,
    )


def _let_times_stand(*models: type) -> None:
    """In this process the moments are ours, not those of the insert."""
    for model in models:
        for field in model._meta.concrete_fields:
            if getattr(field, "auto_now_add", False):
                field.auto_now_add = False


def new_author(name: str) -> Player:
    return register(player=Player(username=name, email=f"{name}@example.org"), role=RoleName.GAME_MASTER)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--room", default="great-hall")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=40)
    options = parser.parse_args()
    authors = [new_author(f"w{uuid4().hex[:12]}") for _ in range(options.people)]
    room = Room.objects.select_related("channel").filter(slug=options.room).first()
    if room is None:
        room = open_room(owner=authors[0], name=options.room.replace("-", " ").title())
    begin = timezone.now()
    fill(room.channel, options.count, authors=authors, until=begin)
    seconds = (timezone.now() - begin).total_seconds()
    print(f"{options.count:,} messages in {room.get_absolute_url()} after {seconds:.0f} s")


if __name__ == "__main__":
    main()
