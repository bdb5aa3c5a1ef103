"""What a socket needs before it listens anywhere: whose it is, how he is called, and whom he doesn't see.

After a restart a whole school knocks at the door at once, so all who do are looked at together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from messaging import permissions, slots
from messaging.actions.beats import Sight, sight_of
from messaging.models import Channel
from messaging.models.channel import PERSONAL
from messaging.queries import person_data
from messaging.queries.ahead import know_places, know_present
from padawanforge.kit.memory import one_reading
from players.models import Player
from players.queries.sessions import know_sessions, stored_session


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """The key of a session, as a cookie brings it, and the address whence it comes."""

    session_key: str
    address: str = ""

    @property
    def place(self) -> int:
        return id(self)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who is signed in, and what his socket takes up of how many there may be; None when they are too many."""

    player: Player
    places: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Greeting:
    """Somebody says hello on a connection; with `keeps_log` he wants to hear his own log."""

    connection: UUID
    player_id: int
    keeps_log: bool

    @property
    def place(self) -> UUID:
        return self.connection


@dataclass(frozen=True, slots=True)
class Greeted:
    """What is told of him to himself, and whom he doesn't see."""

    me: dict
    sight: Sight


@one_reading()
def admit_together(tickets: Sequence[Ticket]) -> list[Admitted | None]:
    """Of each who comes with it; None for nobody."""
    keys = {ticket.session_key for ticket in tickets}
    know_sessions(keys)
    named = {stored_session(key).get(SESSION_KEY) for key in keys}
    know_present({int(pk) for pk in named if pk is not None}, timezone.now())
    return [_admitted(ticket) for ticket in tickets]


def _admitted(ticket: Ticket) -> Admitted | None:
    player = permissions.signed_in_player(ticket.session_key)
    if player is None:
        return None
    return Admitted(player, slots.take(player=player.uuid.hex, address=ticket.address))


@one_reading()
def greet_together(greetings: Sequence[Greeting]) -> list[Greeted | None]:
    """None for who was shut out meanwhile."""
    know_places({greeting.player_id for greeting in greetings}, (), timezone.now())
    found = [_greeted(greeting) for greeting in greetings]
    _keep_logs({greeting.player_id for greeting in greetings if greeting.keeps_log})
    return found


def _greeted(greeting: Greeting) -> Greeted | None:
    player = permissions.present_player(greeting.player_id)
    return Greeted(person_data(player), sight_of(player.pk)) if player is not None else None


def _keep_logs(player_ids: set[int]) -> None:
    """Most have theirs: it is made with the first news or the first page."""
    people = [player for pk in player_ids if (player := permissions.present_player(pk)) is not None]
    missing = {player.uuid for player in people}
    if missing:
        missing -= set(Channel.objects.filter(uuid__in=missing).values_list("uuid", flat=True))
    if missing:
        # Another page of the same player may have been faster.
        Channel.objects.bulk_create(
            [Channel(uuid=uuid, kind=PERSONAL) for uuid in missing], ignore_conflicts=True
        )
