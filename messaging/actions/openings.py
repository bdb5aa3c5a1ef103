"""How a page begins to listen to a channel: what it is told first, and that its player is there.

Everybody comes back at the same moment when a server has gone down or a lesson begins, so all who come while
some are being let in are let in together: what concerns the channel is read once for all of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from django.utils import timezone

from messaging import kinds, permissions
from messaging.actions.presence import Tab, note_tabs
from messaging.actions.receipts import note_delivered
from messaging.models import Channel
from messaging.models.channel import PERSONAL
from messaging.permissions import Grant
from messaging.queries import message_seen_by, messages_before, person_data
from messaging.queries.ahead import know_places
from messaging.queries.faces import told_here
from messaging.queries.membership import membership
from messaging.queries.newest import newest_in
from messaging.queries.own import Own, own_in
from messaging.queries.personal import own_state
from messaging.queries.presence import NAMED_UP_TO, count_present, is_unseen
from messaging.queries.taken import Taken, taken_by
from messaging.queries.threads import thread_summaries
from messaging.rules.direct import DIRECT
from padawanforge.kit.errors import DomainError
from padawanforge.kit.memory import one_reading
from players.models import Player
from players.queries.relationships import hidden_from

MAX_RESUME = 1000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A page that wants to listen to a channel and knows its log up to `seq`."""

    player_id: int
    connection: UUID
    state: str
    room: UUID
    epoch: UUID | None
    seq: int

    @property
    def place(self) -> tuple[UUID, UUID]:
        return self.connection, self.room


@dataclass(frozen=True, slots=True)
class Opening:
    """What the answer to `sub` says; read after the group was joined, so that nothing falls in between."""

    channel: Channel
    mode: str
    fields: dict
    moderates: bool
    taken: Taken = field(default_factory=Taken)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is the same for all who come; `told` is what is told of those who are here, by the key of the player.

    Of nobody in a crowd, where only the number counts.
    """

    count: int
    told: dict[int, dict]
    speaking: list[dict]

    def seen_by(self, player: Player, hidden: Collection[int]) -> tuple[int, list[dict]]:
        """How many are here and who, as far as the player may know it."""
        if not self.told or is_unseen(player.pk):
            return self.count, []
        people = [face for pk, face in self.told.items() if pk not in hidden]
        return len(people), people


@one_reading()
def open_together(arrivals: Sequence[Arrival]) -> list[Opening | DomainError]:
    """Of each page and channel one, in this order; who may not read there is refused alone."""
    now = timezone.now()
    players = {arrival.player_id for arrival in arrivals}
    know_places(players, {arrival.room for arrival in arrivals}, now)
    granted = [(arrival, _granted(arrival)) for arrival in arrivals]
    shared = [
        (arrival, grant)
        for arrival, grant in granted
        if isinstance(grant, Grant) and grant.channel.kind != PERSONAL
    ]
    note_tabs([_tab(arrival, grant) for arrival, grant in shared], now=now)
    channels = {grant.channel.pk: grant.channel for _, grant in shared}
    own = own_in(channels, players) if shared else {}
    scene = cache(lambda pk: _scene(channels[pk], now))
    opened: list[Opening | DomainError] = []
    for arrival, grant in granted:
        if isinstance(grant, DomainError):
            opened.append(grant)
        elif grant.channel.kind == PERSONAL:
            mode, fields = _begin(arrival, grant.channel)
            opened.append(
                Opening(grant.channel, mode, {**fields, **own_state(grant.player)}, moderates=False)
            )
        else:
            pk = grant.channel.pk
            opened.append(_opening(arrival, grant, scene(pk), own.get((pk, arrival.player_id), Own())))
    return opened


def open_alone(arrival: Arrival) -> Opening:
    """For one. Raises what refuses him."""
    (opened,) = open_together([arrival])
    if isinstance(opened, DomainError):
        raise opened
    return opened


def _granted(arrival: Arrival) -> Grant | DomainError:
    try:
        return permissions.reading(arrival.player_id, arrival.room)
    except DomainError as refusal:
        return refusal


def _tab(arrival: Arrival, grant: Grant) -> Tab:
    return Tab(grant.player, arrival.connection, arrival.state, [grant.channel])


def _begin(arrival: Arrival, channel: Channel) -> tuple[str, dict]:
    is_resumable = arrival.epoch == channel.log_epoch and 0 <= channel.last_seq - arrival.seq <= MAX_RESUME
    return (
        "resumed" if is_resumable else "reset",
        {"head": channel.last_seq, "epoch": str(channel.log_epoch)},
    )


def _scene(channel: Channel, now: datetime) -> _Scene:
    count = count_present(channel, now)
    told = told_here(channel, now) if count <= NAMED_UP_TO else {}
    return _Scene(count, told, kinds.get(channel.kind).speaking(channel))


def _opening(arrival: Arrival, grant: Grant, scene: _Scene, own: Own) -> Opening:
    channel, player = grant.channel, grant.player
    mode, fields = _begin(arrival, channel)
    hidden = hidden_from(player)
    member = membership(player, channel)
    moderates = permissions.may_moderate(player, channel)
    present, people = scene.seen_by(player, hidden)
    fields |= {
        "viewer": person_data(player),
        "me": {
            "role": member.role if member else "",
            "read_seq": member.read_seq if member else 0,
            "may_post": permissions.may_post(player, channel),
        },
        "own_reactions": own.reactions,
        "own_votes": own.votes,
        "drafts": own.drafts,
        "present": present,
        "people": people,
        "speaking": scene.speaking,
    }
    if channel.kind == DIRECT:
        # What a page gets with this answer has come to the player, read or not.
        note_delivered(channel=channel, player=player, seq=channel.last_seq)
    if mode == "reset":
        fields |= _snapshot(player, channel, hidden, moderates=moderates)
    return Opening(channel, mode, fields, moderates, taken_by(player, channel))


def _snapshot(
    player: Player, channel: Channel, hidden: Collection[int], *, moderates: bool
) -> dict[str, object]:
    """What was said last, and what stands under it."""
    if newest := newest_in(channel, hidden=hidden):
        return {"messages": newest.for_player(player), "threads": newest.threads(player, hidden=hidden)}
    shown = messages_before(channel, channel.last_seq + 1, hidden=hidden, viewer=player, moderates=moderates)
    return {
        "messages": [message_seen_by(message, player) for message in shown],
        "threads": thread_summaries(player, shown, hidden=hidden),
    }
