"""A plain message of somebody who has just said something where nothing has changed since: one statement.

It looks whether everything is as it was remembered, takes the number and stores the message with its line of the
log. Whatever is otherwise, or is refused, is looked at anew by who is asked instead (messaging.actions.together).
"""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, OperationalError, connection

from messaging import events
from messaging.actions.messages import announce_stored, look_through
from messaging.actions.plain import line_of, made, told
from messaging.models import ChannelEvent, Message
from messaging.queries.ahead import Wish, know_again
from messaging.queries.posted import keep_posted
from messaging.queries.remembered import forget, remember_said, remembered, unchanged
from padawanforge.kit import plans
from padawanforge.kit.errors import DomainError
from padawanforge.kit.inserting import note_stored, taken_from
from padawanforge.kit.memory import one_reading

PLACED = (("seq", "place.last_seq"),)
FOLLOWING = (("seq", "said.seq"), ("message", "said.id"))


def say_again(wish: Wish, now: datetime) -> dict | None:
    """The answer for its sender; None: nothing was stored, and it has to be looked at anew."""
    place = remembered(wish.place)
    if place is None:
        return None
    with one_reading():
        since = know_again(place, now)
        message = line = None
        held = ""
        # What refuses it will refuse it again, where that is told.
        with suppress(DomainError, IntegrityError, OperationalError):
            if message := made(wish):
                held = look_through(message, now)
                line = _store(message, place.member, wish, since, now)
        if message is None or line is None:
            forget(wish.place)
            return None
        remember_said(wish.place, [*place.said, (message.sent_at, message.text)], message.sent_at)
        keep_posted(message)
        logged = events.recorded(message.channel, line)
        announce_stored(message, held)
        return told(message, logged.data["message"])


def _store(message: Message, member: Any, wish: Wish, since: datetime, now: datetime) -> ChannelEvent | None:
    """The line of the log; None when something has changed, and nothing was stored."""
    channel = member.channel_id
    guard, asked = unchanged.within(wish.player_id, channel, member.version, now, since)
    line = line_of(message)
    said, words = taken_from("place", message, PLACED)
    logged, facts = taken_from("said", line, FOLLOWING)
    with plans.cursor_of(connection) as cursor:
        cursor.execute(_statement(guard, said, logged), [plans.typed(channel), *asked, *words, *facts])
        found = cursor.fetchone()
    if found is None:
        return None
    key, seq = found
    note_stored(message, key)
    message.seq = line.seq = message.channel.last_seq = seq
    return line


@lru_cache(maxsize=256)
def _statement(guard: str, said: str, logged: str) -> str:
    place = (
        "UPDATE messaging_channel SET last_seq = last_seq + 1 "  # noqa: S608 - what goes in was written by the ORM
        f"WHERE id = %s AND EXISTS ({guard}) RETURNING last_seq"
    )
    return f"WITH place AS ({place}), said AS ({said} RETURNING id, seq) {logged} RETURNING message_id, seq"
