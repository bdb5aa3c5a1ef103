"""How far words have come: told to their author alone, and only as far as both sides let others see it."""

import pytest
from django.utils import timezone

from messaging.actions import direct, groups, sides
from messaging.actions.presence import note_read
from messaging.actions.receipts import note_all_delivered, note_delivered
from messaging.database import in_database
from messaging.models import Channel, ChannelMember, DirectState
from messaging.queries.receipts import delivery_of, receipts
from players.actions.relationships import block
from players.models import PlayerPreferences
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bo(ada):
    player = PlayerFactory(username="bo")
    befriend(ada, player)
    return player


@pytest.fixture
def room(ada, bo):
    """The channel of a conversation in which ada has said something."""
    return write(ada, bo).channel


def write(player, other, text="Hello"):
    return direct.write_to(player=player, other=other, text=text, now=timezone.now()).message


def share(*players):
    PlayerPreferences.objects.filter(player__in=players).update(shows_read_receipts=True)


def head(room):
    return Channel.objects.get(pk=room.pk)


def state(room, author):
    """What the author is shown under the last message."""
    return delivery_of(head(room).last_seq, receipts(room, author))


def test_a_message_is_sent_then_delivered(ada, bo, room):
    before = state(room, ada)

    note_delivered(channel=head(room), player=bo, seq=head(room).last_seq)

    assert (before, state(room, ada)) == ("sent", "delivered")


@pytest.mark.parametrize(("sharing", "shown"), [("", "delivered"), ("ada", "delivered"), ("bo", "delivered"),
                                                ("both", "read")])  # fmt: skip
def test_reading_is_told_only_where_both_let_others_see_it(ada, bo, room, sharing, shown):
    share(*{"": (), "ada": (ada,), "bo": (bo,), "both": (ada, bo)}[sharing])

    note_read(channel=head(room), player=bo, seq=head(room).last_seq)

    assert state(room, ada) == shown
    member = ChannelMember.objects.get(player=bo, channel=room)
    assert (member.read_at is not None, member.delivered_seq) == (True, head(room).last_seq)


def test_a_request_does_not_tell_that_it_was_seen(ada):
    stranger = PlayerFactory()
    share(ada, stranger)
    room = write(ada, stranger).channel
    note_read(channel=head(room), player=stranger, seq=head(room).last_seq)
    assert receipts(room, ada) == []

    sides.accept(state=DirectState.objects.get(player=stranger), now=timezone.now())

    assert state(room, ada) == "read"


def test_nothing_is_told_over_a_block(ada, bo, room):
    share(ada, bo)
    block(player=bo, other=ada)

    assert receipts(room, ada) == []


def test_pointers_never_go_back_and_never_beyond_the_end(ada, bo, room):
    last = head(room).last_seq
    for seq in (last + 100, 1):
        note_delivered(channel=head(room), player=bo, seq=seq)

    assert ChannelMember.objects.get(player=bo, channel=room).delivered_seq == last


def test_the_inbox_delivers_what_it_shows(ada, bo, room):
    note_all_delivered(player=bo, channels=[room.pk])

    assert state(room, ada) == "delivered"


def test_a_group_is_as_far_as_the_last_of_it(ada, bo):
    cy = PlayerFactory()
    befriend(ada, cy)
    share(ada, bo, cy)
    group = groups.begin_group(player=ada, others=[bo, cy], title="", now=timezone.now())
    direct.say(conversation=group, player=ada, text="Hello")
    room, shown = group.channel, []
    for player, note in ((bo, note_read), (cy, note_delivered), (cy, note_read)):
        note(channel=head(room), player=player, seq=head(room).last_seq)
        shown.append(state(room, ada))

    assert shown == ["sent", "delivered", "read"]


@pytest.mark.asyncio
async def test_the_author_alone_hears_how_far_his_words_have_come(ada, bo, room):
    cy = await in_database(PlayerFactory)()
    await in_database(share)(ada, bo)
    author, reader, stranger = await Tab.of(ada), await Tab.of(bo, room), await Tab.of(cy)
    delivered = await author.next("sig", where=lambda frame: frame["type"] == "receipt")

    await reader.ask("read", room=str(room.uuid), seq=delivered["data"]["delivered"])

    read = await author.next("sig", where=lambda frame: frame["type"] == "receipt")
    last = delivered["data"]["delivered"]
    assert delivered["data"] == {
        "room": str(room.uuid), "player": str(bo.uuid), "delivered": last, "read": 0
    }  # fmt: skip
    assert read["data"]["read"] == last
    for tab in (reader, stranger):
        assert [frame for frame in await tab.silent() if frame.get("type") == "receipt"] == []
    for tab in (author, reader, stranger):
        await tab.leave()


@pytest.mark.asyncio
async def test_what_comes_in_on_an_open_page_is_delivered_when_the_page_says_so(ada, bo, room):
    author, reader = await Tab.of(ada, room), await Tab.of(bo, room)
    await author.say(room, "And this?")
    event = await reader.next("ev")
    await author.silent()

    await reader.ask("delivered", room=str(room.uuid), seq=event["seq"])

    told = await author.next("sig", where=lambda frame: frame["type"] == "receipt")
    assert (told["data"]["delivered"], told["data"]["read"]) == (event["seq"], None)
    for tab in (author, reader):
        await tab.leave()


@pytest.mark.asyncio
async def test_what_one_page_deletes_for_its_player_leaves_all_his_pages_and_no_other(ada, bo, room):
    author, page, other_page = await Tab.of(ada, room), await Tab.of(bo, room), await Tab.of(bo, room)
    said = (await author.say(room, "Oops"))["message"]
    await page.next("ev")

    await page.ask("hide", message=said["uuid"])

    for tab in (page, other_page):
        told = await tab.next("sig", where=lambda frame: frame["type"] == "message.taken")
        assert told["data"]["message"] == said["uuid"]
    await author.silent()
    await author.ask("edit", message=said["uuid"], base_rev=0, body="Oops!")
    kinds = [(await tab.next("ev", where=lambda frame: frame["seq"] > said["seq"]))["type"]
             for tab in (author, page, other_page)]  # fmt: skip
    assert kinds == ["message.edited", "message.hidden", "message.hidden"]
    for tab in (author, page, other_page):
        await tab.leave()


@pytest.mark.asyncio
async def test_who_comes_to_a_group_later_is_not_told_what_was_said_before(ada, bo):
    def begin():
        cy, dee = PlayerFactory(), PlayerFactory()
        for friend in (cy, dee):
            befriend(ada, friend)
        group = groups.begin_group(player=ada, others=[bo, cy], title="", now=timezone.now())
        direct.say(conversation=group, player=ada, text="Before")
        state = DirectState.objects.get(conversation=group, player=ada)
        groups.add_people(state=state, others=[dee], now=timezone.now())
        direct.say(conversation=group, player=ada, text="After")
        return group.channel, dee, str(head(group.channel).log_epoch)

    room, dee, epoch = await in_database(begin)()
    tab = await Tab.of(dee)

    # Who knows the epoch may ask for the whole log: he is told the numbers only.
    await tab.ask("sub", room=str(room.uuid), epoch=epoch, seq=0)

    frames = [frame for frame in await tab.silent() if frame["op"] == "ev"]
    texts = [frame["data"]["message"]["text"] for frame in frames if "message" in frame["data"]]
    assert texts == ["After"]
    await tab.leave()


@pytest.mark.asyncio
async def test_a_block_while_both_pages_are_open_ends_the_conversation_at_once(ada, bo, room):
    one, other = await Tab.of(ada, room), await Tab.of(bo, room)
    await in_database(lambda: block(player=bo, other=ada))()
    await one.silent()

    refused = await one.say(room, "Why?")
    typing = await one.ask("typing", room=str(room.uuid), on=True)

    assert (refused["op"], refused["code"], typing["code"]) == ("err", "read_only", "read_only")
    assert [f for f in await other.silent() if f["op"] == "ev" and "message" in f["data"]] == []
    for tab in (one, other):
        await tab.leave()


@pytest.mark.asyncio
async def test_who_is_taken_out_of_a_group_is_cut_off_on_his_open_page(ada, bo):
    def begin():
        cy = PlayerFactory()
        befriend(ada, cy)
        group = groups.begin_group(player=ada, others=[bo, cy], title="", now=timezone.now())
        return group, DirectState.objects.select_related("conversation", "player").get(
            conversation=group, player=ada
        )

    group, side = await in_database(begin)()
    page = await Tab.of(bo, group.channel)

    await in_database(lambda: groups.remove_person(state=side, other=bo, now=timezone.now()))()

    assert (await page.next("revoked"))["reason"] == "removed"
    refused = await page.say(group.channel, "Hello?")
    assert refused["code"] == "not_member"
    await page.leave()
