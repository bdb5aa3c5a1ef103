"""The protocol as a client meets it."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from messaging import consumers
from messaging.actions.messages import post_message
from messaging.database import in_database
from messaging.models import Channel, ChannelMember, Message
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_stranger_is_accepted_and_closed_with_the_code_for_signed_out():
    tab = Tab()

    assert await tab.open() == (True, "padawan.v1")
    assert await tab.close_code() == 4401


async def test_a_cookie_that_can_be_no_key_is_one_of_nobody():
    tab = Tab(f'{settings.SESSION_COOKIE_NAME}="abcd\\000efgh1234"')
    await tab.open()

    assert await tab.close_code() == 4401


async def test_another_protocol_is_closed_with_the_code_for_reload(player):
    tab = Tab(await in_database(cookie_of)(player))
    tab.socket.scope["subprotocols"] = ["padawan.v9"]

    assert await tab.open() == (True, None)
    assert await tab.close_code() == 4410


async def test_a_page_of_somebody_else_is_refused_before_the_handshake(player):
    tab = Tab(await in_database(cookie_of)(player), origin="https://evil.example")

    is_open, _ = await tab.open()

    assert is_open is False


async def test_hello_is_answered_by_ready(player):
    tab = Tab(await in_database(cookie_of)(player))
    await tab.open()

    ready = await tab.hello()

    assert ready["me"]["uuid"] == str(player.uuid)
    assert (ready["v"], ready["hb"], ready["window"]) == ("padawan.v1", 25, 64)
    await tab.leave()


@pytest.mark.slow
async def test_who_does_not_say_hello_is_closed(player):
    tab = Tab(await in_database(cookie_of)(player))
    await tab.open()

    assert await tab.close_code(within=7) == 4400


async def test_nothing_may_come_before_hello(channel, player):
    tab = Tab(await in_database(cookie_of)(player))
    await tab.open()

    answer = await tab.ask("sub", room=str(channel.uuid))

    assert answer["code"] == "invalid"
    await tab.leave()


async def test_hello_is_said_once(player):
    tab = await Tab.of(player)

    answer = await tab.ask("hello")

    assert answer["code"] == "invalid"
    await tab.leave()


async def test_what_one_says_all_hear(channel, player, other):
    tab, listener = await Tab.of(player, channel), await Tab.of(other, channel)

    answer = await tab.say(channel, "hello **there**")

    event = await listener.next("ev")
    assert (answer["op"], answer["dup"], answer["seq"]) == ("ok", False, event["seq"])
    assert event["data"]["message"]["html"] == "<p>hello <strong>there</strong></p>\n"
    assert event["data"]["message"]["author"]["name"] == player.username
    await tab.leave()
    await listener.leave()


async def test_only_the_sender_sees_the_client_id(channel, player, other):
    tab, listener = await Tab.of(player, channel), await Tab.of(other, channel)
    cid = uuid4()

    await tab.say(channel, "hello", cid)

    assert (await tab.next("ev"))["data"]["message"]["cid"] == str(cid)
    assert "cid" not in (await listener.next("ev"))["data"]["message"]
    await tab.leave()
    await listener.leave()


async def test_a_repeated_send_is_answered_again_and_stored_once(channel, player):
    tab = await Tab.of(player, channel)
    cid = uuid4()

    first = await tab.say(channel, "hello", cid)
    second = await tab.say(channel, "hello", cid)
    third = await tab.say(channel, "something else", cid)

    assert (second["dup"], second["seq"]) == (True, first["seq"])
    assert third["code"] == "cid_conflict"
    assert await in_database(Message.objects.count)() == 1
    await tab.leave()


async def test_numbers_of_a_connection_go_on_across_rooms(player):
    rooms = [await in_database(lambda: ChannelMemberFactory(player=player, channel__kind="test").channel)()
             for _ in range(2)]  # fmt: skip
    tab = await Tab.of(player, *rooms)

    for room in (*rooms, rooms[0]):
        await tab.say(room, "hello")

    heard = await tab.events(3)
    assert [event["n"] for event in heard] == [1, 2, 3]
    assert [event["seq"] for event in heard] == [1, 1, 2]
    await tab.leave()


@pytest.mark.parametrize(("op", "fields"), [
    ("sub", {}), ("send", {"cid": str(uuid4()), "body": "hello"}), ("typing", {"on": True}),
    ("read", {"seq": 1}),
])  # fmt: skip
async def test_outsiders_are_refused_as_if_there_were_no_room(channel, op, fields):
    tab = await Tab.of(await in_database(PlayerFactory)())

    at_room = await tab.ask(op, room=str(channel.uuid), **fields)
    at_nothing = await tab.ask(op, room=str(uuid4()), **fields)

    assert at_room["code"] == "not_member"
    assert at_room["message"] == at_nothing["message"]
    await tab.leave()


async def test_empty_and_endless_texts_are_refused(channel, player):
    tab = await Tab.of(player, channel)

    answers = [await tab.say(channel, text) for text in ("  \u200b\x00 ", "x" * 4001)]

    assert [answer["code"] for answer in answers] == ["invalid", "too_long"]
    await tab.leave()


async def test_a_first_subscription_gets_a_snapshot(channel, player, other):
    for number in range(52):
        await in_database(post_message)(channel=channel, player=other, text=f"message {number}")
    tab = await Tab.of(player)
    await tab.ask("sub", room=str(channel.uuid))

    sub = await tab.next("sub")

    assert (sub["mode"], sub["head"], sub["epoch"]) == ("reset", 52, str(channel.log_epoch))
    assert [m["text"] for m in sub["messages"]] == [f"message {n}" for n in range(2, 52)]
    assert [person["uuid"] for person in sub["people"]] == [str(player.uuid)]
    assert sub["me"] == {"role": "member", "read_seq": 0, "may_post": True}
    await tab.leave()


async def test_a_returning_client_gets_what_it_missed(channel, player, other):
    for number in range(5):
        await in_database(post_message)(channel=channel, player=other, text=f"message {number}")
    since = {"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 2}

    tab = await Tab.of(player, since=[since])

    sub = await tab.next("sub")
    assert (sub["mode"], "messages" in sub) == ("resumed", False)
    assert [event["seq"] for event in await tab.events(3)] == [3, 4, 5]
    await tab.leave()


@pytest.mark.parametrize("change", [{"epoch": str(uuid4())}, {"seq": 9}])
async def test_a_client_of_another_epoch_or_from_the_future_starts_again(channel, player, change):
    since = {"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 0, **change}

    tab = await Tab.of(player, since=[since])

    assert (await tab.next("sub"))["mode"] == "reset"
    await tab.leave()


async def test_hello_tells_of_rooms_that_are_closed_to_the_player(channel):
    since = {"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 0}

    tab = await Tab.of(await in_database(PlayerFactory)(), since=[since])

    assert await tab.next("revoked") == {"op": "revoked", "room": str(channel.uuid), "reason": "not_member"}
    await tab.leave()


async def test_resume_sends_again_from_a_number(channel, player):
    tab = await Tab.of(player, channel)
    for text in ("one", "two", "three"):
        await tab.say(channel, text)
    await tab.events(3)

    await tab.ask("resume", room=str(channel.uuid), epoch=str(channel.log_epoch), seq=1)

    assert [event["seq"] for event in await tab.events(2)] == [2, 3]
    await tab.leave()


async def test_who_unsubscribes_hears_no_more(channel, player, other):
    tab, listener = await Tab.of(player, channel), await Tab.of(other, channel)
    await listener.ask("unsub", room=str(channel.uuid))
    await listener.silent()

    await tab.say(channel, "hello")

    assert await listener.silent() == []
    await tab.leave()
    await listener.leave()


async def test_typing_is_told_and_not_kept(channel, player, other):
    tab, listener = await Tab.of(player, channel), await Tab.of(other, channel)

    await tab.ask("typing", room=str(channel.uuid), on=True)

    signal = await listener.next("sig", where=lambda frame: frame["type"] == "typing")
    assert signal["data"] == {"player": str(player.uuid), "name": player.username, "on": True}
    assert (await in_database(Channel.objects.get)(pk=channel.pk)).last_seq == 0
    await tab.leave()
    await listener.leave()


async def test_typing_that_is_told_again_at_once_reaches_nobody(channel, player, other):
    tab, listener = await Tab.of(player, channel), await Tab.of(other, channel)

    for _ in range(5):
        await tab.ask("typing", room=str(channel.uuid), on=True)
    await tab.say(channel, "hello")

    await listener.next("ev")
    signals = [frame for frame in listener.heard if frame.get("type") == "typing"]
    assert [frame["data"]["on"] for frame in signals] == [True]
    await tab.leave()
    await listener.leave()


async def test_the_read_pointer_never_goes_back_nor_ahead_of_the_log(channel, player, member):
    tab = await Tab.of(player, channel)
    for text in ("one", "two"):
        await tab.say(channel, text)

    for seq in (1, 99, 1):
        await tab.ask("read", room=str(channel.uuid), seq=seq)

    assert (await in_database(ChannelMember.objects.get)(pk=member.pk)).read_seq == 2
    await tab.leave()


async def test_a_flood_is_slowed_down(player):
    tab = await Tab.of(player)

    answers = [await tab.ask("typing", room=str(uuid4()), on=True) for _ in range(45)]

    assert answers[38]["code"] == "not_member"
    assert answers[-1]["code"] == "rate"
    assert 0 < answers[-1]["retry_ms"] <= 1000
    await tab.leave()


async def test_a_logout_ends_the_socket_with_the_next_heartbeat(channel, player):
    tab = await Tab.of(player, channel)
    await in_database(Session.objects.all().delete)()

    await tab.tell("ping")

    assert await tab.close_code() == 4401


async def test_a_server_that_goes_down_says_when_to_come_back(channel, player):
    tab = await Tab.of(player, channel)

    await consumers.say_bye()

    assert await tab.close_code() == 4503
    assert 0 <= tab.heard[-1]["retry_ms"] < 5000


async def test_too_many_rooms_are_refused(player):
    tab = await Tab.of(player)
    members = [await in_database(lambda: ChannelMemberFactory(player=player, channel__kind="test"))()
               for _ in range(21)]  # fmt: skip

    answers = [await tab.ask("sub", room=str(member.channel.uuid)) for member in members]

    assert [answer["op"] for answer in answers[:20]] == ["ok"] * 20
    assert answers[20]["code"] == "rate"
    await tab.leave()


async def test_channels_of_different_rooms_are_kept_apart(channel, player):
    elsewhere = await in_database(ChannelFactory)(kind="test")
    tab = await Tab.of(player, channel)
    await tab.silent()

    await in_database(post_message)(channel=elsewhere, text="not for you")

    assert await tab.silent() == []
    await tab.leave()
