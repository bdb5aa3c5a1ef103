"""Heartbeats that are looked at together: each as if it came alone, all for the price of one."""

from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messaging.actions.beats import beat_together, look_again
from messaging.models import LiveConnection
from messaging.queries.ahead import Beat
from players.actions.relationships import block
from players.models import Player
from rooms.actions.rooms import enter_room, leave_room, open_room
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return open_room(owner=PlayerFactory(), name="Attic")


def beat(room, player=None):
    player = player or PlayerFactory()
    enter_room(room=room, player=player)
    client = Client()
    client.force_login(player)
    where = (room.channel.uuid,)
    return Beat(uuid4(), player.pk, client.session.session_key, "active", where, shown=where)


def cost(beats):
    with CaptureQueriesContext(connection) as queries:
        beat_together(beats)
    return len(queries)


def test_many_cost_as_many_queries_as_one(room):
    beats = [beat(room) for _ in range(9)]
    # What is remembered of rights and of who is there is the same for both.
    beat_together(beats)

    assert cost(beats[:1]) == cost(beats)


def test_each_hears_how_far_its_rooms_are_and_is_there(room):
    beats = [beat(room) for _ in range(3)]
    room.channel.refresh_from_db()

    found = beat_together(beats)

    assert [row.heads for row in found] == [{str(room.channel.uuid): room.channel.last_seq}] * 3
    assert set(LiveConnection.objects.values_list("connection", flat=True)) == {b.connection for b in beats}


def test_one_that_may_no_longer_is_told_so_and_the_others_go_on(room):
    gone, signed_out, banned, fine = beats = [beat(room) for _ in range(4)]
    leave_room(room=room, player=Player.objects.get(pk=gone.player_id))
    SessionStore(signed_out.session_key).delete()
    Player.objects.filter(pk=banned.player_id).update(is_active=False)

    found = beat_together(beats)

    assert [row.standing.is_active for row in found] == [True, True, False, True]
    assert [row.standing.is_signed_in for row in found] == [True, False, False, True]
    assert [bool(row.heads) for row in found] == [False, False, False, True]
    assert list(LiveConnection.objects.values_list("connection", flat=True)) == [fine.connection]


def test_each_hears_of_his_own_blocks_only(room):
    one, other, third = PlayerFactory(), PlayerFactory(), PlayerFactory()
    beats = [beat(room, player) for player in (one, other, third)]
    block(player=one, other=other)

    found = beat_together(beats)

    assert [row.sight[0] for row in found] == [{other.uuid.hex}, {one.uuid.hex}, frozenset()]


def test_looking_again_notes_nobody_as_there(room):
    found = look_again(beat(room))

    assert found.standing.readable == {room.channel.uuid}
    assert not LiveConnection.objects.exists()
