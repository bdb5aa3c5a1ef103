"""A block hides two people from each other in every stream, and leaves no gap in the numbers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import events
from messaging.actions.channels import remove_member
from messaging.actions.messages import post_message
from messaging.database import in_database
from messaging.models import ChannelEvent
from messaging.queries import logged_after, members, messages_before, people_present, recent_messages
from messaging.queries.blocks import hidden_names, rooms_with
from padawanforge.kit import hub
from players.actions.relationships import block, unblock
from players.queries.relationships import hidden_from
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.relationships import Kind, RelationshipFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def third(channel):
    return ChannelMemberFactory(channel=channel).player


@in_database
def say(channel, player, text):
    return post_message(channel=channel, player=player, text=text).message


@in_database
def begin_block(player, other):
    block(player=player, other=other)


@in_database
def end_block(player, other):
    unblock(player=player, other=other)


async def told(tab):
    """The events that came, as (number, type, text)."""
    frames = [frame for frame in await tab.silent() if frame["op"] == "ev"]
    return [
        (frame["seq"], frame["type"], frame["data"].get("message", {}).get("text", "")) for frame in frames
    ]


async def leave(*tabs):
    for tab in tabs:
        await tab.leave()


# --- Live ---------------------------------------------------------------------------------------------------


async def test_neither_hears_the_other_and_the_numbers_go_on(channel, player, other, third):
    await begin_block(player, other)
    blocker, blocked, witness = [await Tab.of(who, channel) for who in (player, other, third)]
    for tab in (blocker, blocked, witness):
        await tab.silent()

    for who, text in ((player, "one"), (other, "two"), (third, "three")):
        await say(channel, who, text)

    new, gone = "message.created", "message.hidden"
    assert await told(blocker) == [(1, new, "one"), (2, gone, ""), (3, new, "three")]
    assert await told(blocked) == [(1, gone, ""), (2, new, "two"), (3, new, "three")]
    assert await told(witness) == [(1, new, "one"), (2, new, "two"), (3, new, "three")]
    await leave(blocker, blocked, witness)


async def test_a_hidden_event_carries_nothing_but_its_number(channel, player, other):
    await begin_block(player, other)
    tab = await Tab.of(player, channel)

    await say(channel, other, "secret")

    frame = await tab.next("ev")
    assert frame == {
        "op": "ev", "n": 1, "room": str(channel.uuid), "seq": 1, "type": "message.hidden", "data": {},
    }  # fmt: skip
    await tab.leave()


async def test_whoever_answers_for_the_others_hears_everybody(channel, other):
    staff = (await in_database(ChannelMemberFactory)(channel=channel, player=await new_staff())).player
    await begin_block(other, staff)
    tab = await Tab.of(staff, channel)

    await say(channel, other, "help")

    assert await told(tab) == [(1, "message.created", "help")]
    await tab.leave()


@in_database
def new_staff():
    return GameMasterFactory()


async def test_coming_and_going_is_hidden_too(channel, player, other, third):
    await begin_block(player, other)
    blocker, witness = [await Tab.of(who, channel) for who in (player, third)]
    await blocker.silent()

    await in_database(remove_member)(channel=channel, player=other)

    assert await told(blocker) == [(1, "message.hidden", "")]
    assert await told(witness) == [(1, "member.left", "")]
    await leave(blocker, witness)


async def test_presence_and_writing_are_not_shown_to_each_other(channel, player, other, third):
    await begin_block(player, other)
    blocker, witness = [await Tab.of(who, channel) for who in (player, third)]
    for tab in (blocker, witness):
        await tab.silent()

    blocked = await Tab.of(other, channel)
    await blocked.ask("typing", room=str(channel.uuid), on=True)

    assert [frame for frame in await blocker.silent() if frame["op"] == "sig"] == []
    heard = [frame["type"] for frame in await witness.silent() if frame["op"] == "sig"]
    assert heard == ["presence", "typing"]
    await leave(blocker, blocked, witness)


# --- Snapshots and what was missed --------------------------------------------------------------------------


async def test_the_snapshot_shows_neither_words_nor_presence(channel, player, other, third):
    for who, text in ((other, "hidden"), (third, "shown")):
        await say(channel, who, text)
    await begin_block(other, player)
    blocked = await Tab.of(other, channel)
    tab = await Tab.of(player)

    await tab.tell("sub", id="1", room=str(channel.uuid))

    frame = await tab.next("sub")
    assert [message["text"] for message in frame["messages"]] == ["shown"]
    assert [person["uuid"] for person in frame["people"]] == [str(player.uuid)]
    await leave(tab, blocked)


async def test_what_was_missed_is_told_without_what_is_hidden(channel, player, other):
    await begin_block(player, other)
    for who, text in ((player, "one"), (other, "two"), (player, "three")):
        await say(channel, who, text)
    since = [{"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 0}]

    tab = await Tab.of(player, since=since)

    assert await told(tab) == [
        (1, "message.created", "one"),
        (2, "message.hidden", ""),
        (3, "message.created", "three"),
    ]
    await tab.leave()


async def test_the_poller_hides_as_well(channel, player, other):
    await begin_block(player, other)
    tab = await Tab.of(player, channel)
    await tab.silent()

    hub.deliver(channel.group, await silent_nudge(channel, other))

    assert await told(tab) == [(1, "message.hidden", "")]
    await tab.leave()


@in_database
def silent_nudge(channel, player):
    """What another process wrote, as the poller hands it on."""
    post_message(channel=channel, player=player, text="hidden")
    return {"kind": "event", **events.nudge(channel, logged_after(channel.pk, 0)[0])}


# --- A block that begins or ends while pages are open -------------------------------------------------------


async def test_a_block_takes_effect_on_open_pages_of_both(channel, player, other):
    await say(channel, player, "one")
    await say(channel, other, "two")
    tabs = [await Tab.of(who, channel) for who in (player, other)]
    for tab in tabs:
        await tab.silent()

    await begin_block(player, other)

    shown = [[m["text"] for m in (await tab.next("sub"))["messages"]] for tab in tabs]
    await say(channel, other, "three")
    assert shown == [["one"], ["two"]]
    assert await told(tabs[0]) == [(3, "message.hidden", "")]
    await leave(*tabs)


async def test_the_end_of_a_block_brings_everything_back(channel, player, other):
    await say(channel, other, "one")
    await begin_block(player, other)
    tab = await Tab.of(player, channel)
    await tab.silent()

    await end_block(player, other)

    frame = await tab.next("sub")
    await say(channel, other, "two")
    assert [message["text"] for message in frame["messages"]] == ["one"]
    assert await told(tab) == [(2, "message.created", "two")]
    await tab.leave()


async def test_a_heartbeat_finds_a_block_that_nobody_told(channel, player, other):
    tab = await Tab.of(player, channel)
    await in_database(RelationshipFactory)(player=other, other=player, kind=Kind.BLOCKED)
    await tab.tell("ping", state="active")
    await tab.next("pong")

    await say(channel, other, "one")

    assert await told(tab) == [(1, "message.hidden", "")]
    await tab.leave()


async def test_rooms_without_the_other_are_not_drawn_again(channel, player):
    tab = await Tab.of(player, channel)
    await tab.silent()

    await begin_block(player, await in_database(PlayerFactory)())

    assert await tab.silent() == []
    await tab.leave()


# --- The cost -----------------------------------------------------------------------------------------------


def test_a_message_asks_the_database_nothing_more_however_many_blocks_there_are(channel, player):
    # What is read once and kept for a while shall not count.
    post_message(channel=channel, player=player, text="hello")
    counts = []
    for blocks in (0, 20):
        for somebody in PlayerFactory.create_batch(blocks):
            block(player=player, other=somebody)
        with CaptureQueriesContext(connection) as queries:
            post_message(channel=channel, player=player, text="hello")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- Lists --------------------------------------------------------------------------------------------------


def test_lists_leave_out_the_hidden(channel, player, other, third):
    for who, text in ((other, "one"), (third, "two"), (None, "three")):
        post_message(channel=channel, player=who, text=text)
    block(player=other, other=player)
    hidden = hidden_from(player)

    recent = [message.text for message in recent_messages(channel, hidden=hidden)]
    before = [message.text for message in messages_before(channel, 3, hidden=hidden)]

    assert (recent, before) == (["two", "three"], ["two"])
    assert {member.player for member in members(channel, hidden=hidden)} == {player, third}
    assert people_present(channel, hidden=hidden) == []


def test_a_page_is_full_even_if_much_is_hidden(channel, player, other):
    for number in range(6):
        post_message(channel=channel, player=other if number % 2 else player, text=str(number))
    block(player=player, other=other)

    texts = [message.text for message in recent_messages(channel, 3, hidden=hidden_from(player))]

    assert texts == ["0", "2", "4"]


def test_sockets_know_the_hidden_by_their_public_ids(player, other):
    block(player=player, other=other)

    assert (hidden_names(player.pk), hidden_names(other.pk)) == ({other.uuid.hex}, {player.uuid.hex})


def test_rooms_of_somebody_are_those_where_he_is_or_wrote(channel, player, other):
    wrote, never = ChannelFactory(kind="test"), ChannelFactory(kind="test")
    post_message(channel=wrote, player=other, text="hello")

    found = rooms_with(other.uuid, [channel.uuid, wrote.uuid, never.uuid])

    assert set(found) == {channel.uuid, wrote.uuid}


def test_the_log_keeps_what_was_said(channel, player, other):
    block(player=player, other=other)

    post_message(channel=channel, player=other, text="hello")

    assert ChannelEvent.objects.get(channel=channel).type == "message.created"
