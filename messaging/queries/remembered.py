"""What was read when a player said something, for the next thing he says in the same channel.

On PostgreSQL a row tells by its version whether it is still the one that was read. So the statement that stores
the next message looks whether everything is, instead of all being read again before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, cast
from uuid import UUID

from cachetools import TTLCache
from django.db.models import Exists, F, OuterRef, QuerySet

from messaging import kinds
from messaging.models import ChannelMember, Draft, Message, Sanction
from messaging.rules.levels import REPEAT_SECONDS
from padawanforge.kit.prepared import prepared
from padawanforge.kit.versions import RowVersion, Version
from players.models import SiteBan

MOST = 4000
# Heartbeats read the rows of open pages again long before.
KEPT_SECONDS = 120
SAID_FOR = timedelta(seconds=REPEAT_SECONDS)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Remembered:
    """The member's row, and what he has said of late as far as `since`: when, and which words."""

    member: ChannelMember
    said: Sequence[tuple[datetime, str]] = ()
    since: datetime = LONG_AGO


_remembered: TTLCache[tuple[int, UUID], Remembered] = TTLCache(maxsize=MOST, ttl=KEPT_SECONDS)
_lock = Lock()


def remember(members: Iterable[ChannelMember]) -> None:
    """Rows with their `version`, as messaging.queries.ahead reads them.

    Nothing is remembered where the database tells no versions, nor of who is under a measure or has a draft.
    """
    with _lock:
        for member in members:
            place, row = _place_of(member), cast("Any", member)
            if not row.version or row.is_measured or row.is_shut_out or row.has_draft:
                _remembered.pop(place, None)
                continue
            known = _remembered.pop(place, None)
            _remembered[place] = Remembered(member, known.said, known.since) if known else Remembered(member)


def remembered(place: tuple[int, UUID]) -> Remembered | None:
    with _lock:
        return _remembered.get(place)


def remembered_as(place: tuple[int, UUID], version_told: str) -> ChannelMember | None:
    """The row that was remembered, if it is still that version; it stays remembered then."""
    with _lock:
        found: Any = _remembered.get(place)
        if found is None or found.member.version != version_told:
            return None
        # Counts from now on.
        _remembered[place] = found
        return found.member


def forget(place: tuple[int, UUID]) -> None:
    with _lock:
        _remembered.pop(place, None)


def forget_all() -> None:
    with _lock:
        _remembered.clear()


def remember_said(place: tuple[int, UUID], said: Sequence[tuple[datetime, str]], since: datetime) -> None:
    """All that the player had said in the channel in the minute before that moment; what is older may be among it."""
    if found := remembered(place):
        found.said, found.since = [entry for entry in said if entry[0] > since - SAID_FOR], since


def note_said(place: tuple[int, UUID], message: Message) -> None:
    """The player has said this since."""
    found = remembered(place)
    if found and found.since != LONG_AGO:
        remember_said(
            place, [*found.said, (message.sent_at, message.text)], max(found.since, message.sent_at)
        )


def _place_of(member: ChannelMember) -> tuple[int, UUID]:
    return member.player_id, member.channel.uuid


def version() -> Version:
    """Of everything that was read with a member's row and has a say in what he may write."""
    of_people = RowVersion("player__auth_epoch"), RowVersion("player__profile__name")
    return Version(F("role"), *of_people, *kinds.watched())


@prepared
def unchanged(
    player_id: int, channel_id: int, version_read: str, now: datetime, since: datetime
) -> QuerySet[Any, tuple[int]]:
    """The member's row, if it and what goes with it are as they were, and the player has said nothing since.

    Whether he has used an id before is known by the table itself, which takes each only once.
    """
    # Not by the index of all that the player ever said: of the channel since a moment ago it is less.
    said = Message.objects.alias(who=F("player") + 0).filter(who=OuterRef("player"))
    return (
        ChannelMember.objects.alias(version=version())
        .filter(player=player_id, channel=channel_id, version=version_read)
        .exclude(Exists(SiteBan.objects.in_force(now).filter(player=OuterRef("player"))))
        .exclude(Exists(Sanction.objects.in_force(now).filter(target=OuterRef("player"))))
        .exclude(
            Exists(Draft.objects.filter(player=OuterRef("player"), channel=OuterRef("channel"), parent=None))
        )
        .exclude(Exists(said.filter(channel=OuterRef("channel"), sent_at__gt=since)))
        .values_list("pk")
    )
