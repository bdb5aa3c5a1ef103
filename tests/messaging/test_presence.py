from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.presence import (
    end_presence,
    expire_presence,
    note_presence,
    shorten_presence,
)
from messaging.queries import people_present, present_counts
from tests.factories.messaging import ChannelFactory
from tests.factories.players import PlayerFactory

NOON = datetime(2030, 5, 17, 12, tzinfo=UTC)


def come(channel, player, *, state="active", now=NOON):
    connection = uuid4()
    note_presence(channels=[channel], player=player, connection=connection, state=state, now=now)
    return connection


def test_a_tab_is_present_for_a_minute(channel, player):
    come(channel, player)

    at = [people_present(channel, NOON + timedelta(seconds=s)) for s in (0, 59, 61)]

    assert [[entry.player for entry in people] for people in at] == [[player], [player], []]


@pytest.mark.parametrize(("states", "shown"), [
    (["active"], "active"), (["idle"], "idle"), (["hidden"], "idle"),
    (["hidden", "active"], "active"), (["active", "hidden"], "active"),
])  # fmt: skip
def test_one_tab_in_use_makes_a_player_active(channel, player, states, shown):
    for state in states:
        come(channel, player, state=state)

    assert [entry.state for entry in people_present(channel, NOON)] == [shown]


def test_a_closed_tab_is_gone_after_ten_seconds(channel, player):
    connection = come(channel, player)

    shorten_presence(connection=connection, now=NOON)

    at = [people_present(channel, NOON + timedelta(seconds=s)) for s in (9, 11)]
    assert [len(people) for people in at] == [1, 0]


def test_a_tab_that_turns_away_is_gone_at_once(channel, player):
    connection = come(channel, player)

    end_presence(channel=channel, player=player, connection=connection, now=NOON)

    assert people_present(channel, NOON) == []


def test_the_sweep_removes_what_has_expired_and_nothing_else(channel, player):
    come(channel, player)
    come(channel, PlayerFactory(), now=NOON + timedelta(seconds=30))

    removed = [expire_presence(now=NOON + timedelta(seconds=s)) for s in (59, 60, 61)]

    assert removed == [0, 1, 0]


def test_people_are_counted_once_for_each_channel(channel, player):
    elsewhere, empty = ChannelFactory(kind="test"), ChannelFactory(kind="test")
    now = timezone.now()
    for where, who in ((channel, player), (channel, player), (channel, PlayerFactory()), (elsewhere, player)):
        come(where, who, now=now)

    counts = present_counts([channel.pk, elsewhere.pk, empty.pk])

    assert counts == {channel.pk: 2, elsewhere.pk: 1}
