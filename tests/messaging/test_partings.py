"""Sockets that go at the same moment are looked after together."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging import slots
from messaging.actions import partings
from messaging.actions.partings import Parting, part_together
from messaging.desk import way_out
from messaging.queries import people_present
from tests.factories.messaging import ChannelFactory
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab
from tests.presence import note_presence

pytestmark = pytest.mark.django_db


def come(channel):
    """A socket that shows the channel, with its places."""
    player = PlayerFactory()
    parting = Parting(uuid4(), slots.take(player=player.uuid.hex, address=""))
    note_presence(
        channels=[channel], player=player, connection=parting.connection, state="active", now=timezone.now()
    )
    return parting


def test_many_that_go_cost_as_many_queries_as_one():
    channel = ChannelFactory()
    here = [come(channel) for _ in range(4)]

    counts = []
    for leaving in (here[:1], here[1:]):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            part_together(leaving)
        counts.append(len(asked))

    assert counts == [1, 1]


def test_who_goes_is_there_a_moment_longer_and_others_stay():
    channel = ChannelFactory()
    here = [come(channel) for _ in range(3)]

    part_together(here[:2])

    later = [timezone.now() + timedelta(seconds=seconds) for seconds in (5, 15)]
    assert [len(people_present(channel, moment)) for moment in later] == [3, 1]


def test_places_are_free_even_if_the_database_is_away(monkeypatch):
    parting = come(ChannelFactory())

    def fail(**_):
        raise DatabaseError

    monkeypatch.setattr(partings, "shorten_presence", fail)

    with pytest.raises(DatabaseError):
        part_together([parting])
    assert [cache.get(slot) for slot in parting.slots] == [None]


@pytest.mark.django_db(transaction=True)
async def test_a_socket_that_closes_goes_by_the_way_out(monkeypatch, channel, player):
    seen = []
    store = way_out._store

    async def noted(turn):
        seen.extend(turn)
        return await store(turn)

    monkeypatch.setattr(way_out, "_store", noted)
    tab = await Tab.of(player, channel)

    await tab.leave()

    assert [
        (len(parting.slots), all(cache.get(slot) is None for slot in parting.slots)) for parting in seen
    ] == [(1, True)]
