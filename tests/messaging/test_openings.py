"""Pages that begin to listen at the same moment: each as if it came alone, the room read once for all."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.actions import openings
from messaging.actions.drafts import keep_draft
from messaging.actions.messages import post_message
from messaging.actions.openings import Arrival, open_alone, open_together
from messaging.actions.presence import Tab as OpenTab
from messaging.actions.presence import expire_presence, note_tabs
from messaging.actions.reactions import react
from messaging.database import in_database
from messaging.models import Channel, LiveConnection
from messaging.refusals import NotMember
from players.actions.relationships import block
from players.models import Player
from rooms.actions.rooms import enter_room, leave_room, open_room
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return open_room(owner=PlayerFactory(), name="Attic")


def arrival(room, player=None, **known):
    player = player or PlayerFactory()
    enter_room(room=room, player=player)
    return Arrival(player.pk, uuid4(), "active", room.channel.uuid, **{"epoch": None, "seq": 0, **known})


def cost(arrivals):
    with CaptureQueriesContext(connection) as queries:
        open_together(arrivals)
    return len(queries)


def test_many_cost_as_many_queries_as_one(room):
    for _ in range(3):
        post_message(channel=room.channel, player=room.owner, text="Good morning")
    arrivals = [arrival(room) for _ in range(9)]
    # What is remembered of rights and of the newest messages is the same for both.
    open_together(arrivals)

    assert cost(arrivals[:1]) == cost(arrivals)


def test_all_who_come_together_see_each_other(room):
    opened = open_together([arrival(room) for _ in range(3)])

    names = {entry["uuid"] for entry in opened[0].fields["people"]}
    assert len(names) == 3
    assert [row.fields["present"] for row in opened] == [3, 3, 3]
    assert all({entry["uuid"] for entry in row.fields["people"]} == names for row in opened)


def test_one_who_may_not_read_is_refused_alone_and_nobody_sees_him_there(room):
    gone, fine = arrival(room), arrival(room)
    leave_room(room=room, player=Player.objects.get(pk=gone.player_id))

    refused, opened = open_together([gone, fine])

    assert isinstance(refused, NotMember)
    assert opened.fields["present"] == 1
    assert list(LiveConnection.objects.values_list("connection", flat=True)) == [fine.connection]
    with pytest.raises(NotMember):
        open_alone(gone)


def test_each_gets_back_what_is_his_own(room):
    arrivals = [arrival(room) for _ in range(2)]
    reader, writer = (Player.objects.get(pk=come.player_id) for come in arrivals)
    message = post_message(channel=room.channel, player=room.owner, text="Who comes along?").message
    react(message=message, player=reader, emoji="👍", on=True)
    keep_draft(player=writer, channel=Channel.objects.get(pk=room.channel.pk), text="I do", parent=None)

    first, second = (row.fields for row in open_together(arrivals))

    assert first["own_reactions"] == {str(message.uuid): ["👍"]}
    assert (first["drafts"], second["own_reactions"]) == ([], {})
    assert second["drafts"] == [{"parent": None, "text": "I do"}]


def test_of_old_reactions_the_newest_of_each_player_are_told(room, monkeypatch):
    monkeypatch.setattr("messaging.queries.own.SHOWN", 1)
    arrivals = [arrival(room) for _ in range(2)]
    messages = [
        post_message(channel=room.channel, player=room.owner, text=text).message for text in ("one", "two")
    ]
    for come in arrivals:
        for message in messages:
            react(message=message, player=Player.objects.get(pk=come.player_id), emoji="👍", on=True)

    own = [row.fields["own_reactions"] for row in open_together(arrivals)]

    assert own == [{str(messages[1].uuid): ["👍"]}] * 2


def test_one_comes_back_where_he_was_and_another_begins_anew(room):
    first = open_alone(arrival(room))
    back = arrival(room, epoch=first.channel.log_epoch, seq=first.channel.last_seq)
    too_far = arrival(room, epoch=first.channel.log_epoch, seq=10_000)
    room.channel.refresh_from_db()

    opened = open_together([back, too_far, arrival(room, epoch=uuid4(), seq=1)])

    assert [row.mode for row in opened] == ["resumed", "reset", "reset"]
    assert ["messages" in row.fields for row in opened] == [False, True, True]


def test_his_own_log_opens_beside_a_room_and_is_no_place(room):
    player = PlayerFactory()
    Channel.objects.create(uuid=player.uuid, kind="player")
    own_log = Arrival(player.pk, uuid4(), "active", player.uuid, None, 0)

    opened = open_together([own_log, arrival(room, player)])

    assert [row.channel.kind for row in opened] == ["player", "room"]
    assert LiveConnection.objects.get().channel == room.channel


def test_who_has_blocked_somebody_sees_the_others_only(room):
    one, other, third = (PlayerFactory() for _ in range(3))
    block(player=one, other=other)

    opened = open_together([arrival(room, player) for player in (one, other, third)])

    assert [row.fields["present"] for row in opened] == [2, 2, 3]


@pytest.mark.django_db(transaction=True)
async def test_of_many_who_come_and_go_one_signal_is_told(channel, player):
    tab = await Tab.of(player, channel)
    await tab.silent()
    people = [(await in_database(ChannelMemberFactory)(channel=channel)).player for _ in range(3)]

    now = timezone.now()
    await in_database(note_tabs)([OpenTab(one, uuid4(), "active", [channel]) for one in people], now=now)

    (came,) = await tab.silent()
    assert [entry["uuid"] for entry in came["data"]["joined"]] == [str(one.uuid) for one in people]
    await in_database(LiveConnection.objects.exclude(player=player).update)(expires_at=now)
    await in_database(expire_presence)(now=now)
    (went,) = await tab.silent()
    assert set(went["data"]["left"]) == {str(one.uuid) for one in people}
    await tab.leave()


@pytest.mark.django_db(transaction=True)
async def test_of_many_who_come_a_block_hides_one(channel, player):
    people = [(await in_database(ChannelMemberFactory)(channel=channel)).player for _ in range(3)]
    await in_database(block)(player=player, other=people[1])
    tab = await Tab.of(player, channel)
    await tab.silent()

    tabs = [OpenTab(one, uuid4(), "active", [channel]) for one in people]
    await in_database(note_tabs)(tabs, now=timezone.now())

    joined = [entry["uuid"] for frame in await tab.silent() for entry in frame["data"]["joined"]]
    assert joined == [str(people[0].uuid), str(people[2].uuid)]
    await tab.leave()


@pytest.mark.django_db(transaction=True)
async def test_a_page_that_comes_back_opens_all_its_rooms_at_once(channel, player, monkeypatch):
    turns = []
    opened = openings.open_together
    monkeypatch.setattr(
        "messaging.desk.door._store",
        in_database(lambda arrivals: turns.append(len(arrivals)) or opened(arrivals)),
    )
    since = [{"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 0}]

    tab = await Tab.of(player, since=since, player={})

    rooms = {(await tab.next("sub"))["room"] for _ in range(2)}
    assert (rooms, turns) == ({str(channel.uuid), str(player.uuid)}, [2])
    await tab.leave()
