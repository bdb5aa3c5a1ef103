from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.models import Channel, ChannelEvent, Message
from padawanforge.kit.inserting import insert
from players.models import Player
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


def said(channel: Channel, player: Player, seq: int, **fields) -> Message:
    return Message(channel=channel, player=player, seq=seq, text=f"No. {seq}", type="text", **fields)


def test_rows_have_the_keys_under_which_they_are_found(django_assert_num_queries):
    channel, player = RoomFactory().channel, PlayerFactory()
    rows = [said(channel, player, number, metadata={"sent": "x" * number}) for number in (5, 6, 7)]

    with django_assert_num_queries(1):
        insert(rows)

    found = {row.pk: row for row in Message.objects.filter(seq__gte=5)}
    assert [found[row.pk].text for row in rows] == ["No. 5", "No. 6", "No. 7"]
    assert [found[row.pk].metadata for row in rows] == [row.metadata for row in rows]
    assert not any(row._state.adding for row in rows)


def test_a_row_is_stored_as_bulk_create_stores_it():
    channel, player = RoomFactory().channel, PlayerFactory()
    now = timezone.now()
    mine, other = (said(channel, player, seq, hidden_at=now) for seq in (5, 6))

    insert([mine])
    Message.objects.bulk_create([other])

    own = {"id", "seq", "uuid", "text", "sent_at"}
    first, second = Message.objects.filter(seq__gte=5).order_by("seq").values()
    assert {name: first[name] for name in first if name not in own} == {
        name: second[name] for name in second if name not in own
    }


def test_many_rows_that_have_little_in_common_are_stored_in_their_order():
    channel, player, other = RoomFactory().channel, PlayerFactory(), PlayerFactory()
    now = timezone.now()
    rows = [
        said(channel, player, 5, metadata={"sent": ["a", 1]}),
        said(channel, other, 6, hidden_at=now, subject='"{,} %s % \\ NULL'),
        Message(channel=channel, seq=7, text="", type="system"),
        said(channel, player, 2**31, client_id=uuid4(), reaction_counts=[{"emoji": "x", "count": 2}]),
        said(channel, player, 9, expires_at=now, priority="high"),
    ]

    insert(rows)

    fields = [field.attname for field in Message._meta.concrete_fields]
    found = Message.objects.filter(seq__gte=5).order_by("pk")
    assert [[getattr(row, name) for name in fields] for row in found] == [
        [getattr(row, name) for name in fields] for row in rows
    ]


def test_a_moment_that_a_field_sets_by_itself_is_set():
    channel = RoomFactory().channel
    line = ChannelEvent(channel=channel, seq=9, type="note")

    insert([line])

    assert ChannelEvent.objects.get(pk=line.pk).created_at == line.created_at


def test_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])
