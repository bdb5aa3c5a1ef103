"""Whatever happens to the nudges, every client sees every event once and in order."""

import random
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging import events, permissions
from messaging.actions import openings
from messaging.actions.channels import remove_member
from messaging.actions.messages import post_message
from messaging.actions.presence import expire_presence
from messaging.database import in_database
from messaging.desk import door
from messaging.models import LiveConnection
from messaging.queries import logged_after
from messaging.subscriptions import poll_heads
from padawanforge.kit import hub
from players.actions.access import deactivate
from players.actions.roles import change_role
from tests.messaging.sockets import Tab, log_silently, poll_late, seqs

pytestmark = pytest.mark.django_db(transaction=True)


@in_database
def nudges(channel):
    return [{"kind": "event", **events.nudge(channel, line)} for line in logged_after(channel.pk, 0)]


async def test_a_heartbeat_finds_what_no_nudge_told(channel, player):
    tab = await Tab.of(player, channel)
    await log_silently(channel, 3)

    await tab.tell("ping", state="active", at={str(channel.uuid): 0})

    assert (await tab.next("pong"))["heads"] == {str(channel.uuid): 3}
    assert await seqs(tab, 3) == [1, 2, 3]
    await tab.leave()


async def test_the_poller_finds_what_another_process_wrote(channel, player, other):
    tabs = [await Tab.of(player, channel), await Tab.of(other, channel)]
    await log_silently(channel, 3)

    behind = await in_database(poll_late)()

    assert behind == 1
    assert [await seqs(tab, 3) for tab in tabs] == [[1, 2, 3]] * 2
    for tab in tabs:
        await tab.leave()


async def test_the_poller_asks_one_question_when_nothing_happened(channel, player):
    tab = await Tab.of(player, channel)
    await tab.say(channel, "hello")
    await tab.silent()

    behind, queries = await in_database(counted)(poll_heads)

    assert (behind, queries) == (0, 1)
    await tab.leave()


def counted(function):
    """The answer and how many questions it cost, on the thread where it runs."""
    with CaptureQueriesContext(connection) as queries:
        answer = function()
    return answer, len(queries)


async def test_a_nudge_beyond_the_next_number_makes_the_server_read_the_log(channel, player):
    tab = await Tab.of(player, channel)
    await log_silently(channel, 4)

    hub.deliver(channel.group, (await nudges(channel))[-1])

    assert await seqs(tab, 4) == [1, 2, 3, 4]
    await tab.leave()


@pytest.mark.parametrize("seed", range(5))
async def test_lost_doubled_and_shuffled_nudges_change_nothing(channel, player, seed):
    chance = random.Random(seed)
    tab = await Tab.of(player, channel)
    await log_silently(channel, 30)
    arriving = [nudge for nudge in await nudges(channel) for _ in range(chance.choice([0, 1, 1, 2]))]
    chance.shuffle(arriving)

    for nudge in arriving:
        hub.deliver(channel.group, nudge)
    await tab.tell("ping")

    assert await seqs(tab, 30) == list(range(1, 31))
    assert [frame for frame in await tab.silent() if frame["op"] == "ev"] == []
    await tab.leave()


async def test_a_message_whose_author_is_gone_leaves_its_number(channel, player, other):
    await in_database(post_message)(channel=channel, player=other, text="I was here")
    await in_database(other.delete)()
    since = {"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 0}

    tab = await Tab.of(player, since=[since])

    event = await tab.next("ev")
    assert (event["seq"], event["type"], event["data"]) == (1, "message.gone", {})
    await tab.leave()


async def test_a_removed_member_is_cut_off_at_once(channel, player, other):
    tab = await Tab.of(player, channel)

    await in_database(remove_member)(channel=channel, player=player, reason="banned")

    assert (await tab.next("ev"))["type"] == "member.left"
    assert await tab.next("revoked") == {"op": "revoked", "room": str(channel.uuid), "reason": "banned"}
    assert (await tab.say(channel, "still here?"))["code"] == "not_member"
    await tab.leave()


async def test_nothing_comes_after_revoked_however_much_is_in_flight(channel, player, other):
    tab = await Tab.of(player, channel)
    post = in_database(post_message)
    for number in range(100):
        await post(channel=channel, player=other, text=f"message {number}")
        if number == 50:
            await in_database(remove_member)(channel=channel, player=player)

    heard = await tab.silent(0.3)

    ops = [frame["op"] for frame in heard if frame.get("type") != "presence"]
    assert ops[-1] == "revoked"
    assert ops.count("revoked") == 1
    await tab.leave()


async def test_who_is_deactivated_is_closed_at_once(channel, player):
    tab = await Tab.of(player, channel)

    await in_database(deactivate)(player=player)

    assert await tab.close_code() == 4403


async def test_another_role_leaves_an_entitled_socket_open(channel, player):
    tab = await Tab.of(player, channel)

    await in_database(change_role)(player=player, role="game_master")

    assert (await tab.say(channel, "as game master"))["op"] == "ok"
    assert (await tab.next("ev"))["seq"] == 1
    await tab.leave()


async def test_a_new_password_ends_the_other_sessions(channel, player):
    tab = await Tab.of(player, channel)
    player.set_password("another horse battery")
    await in_database(player.save)()

    await tab.tell("ping")

    assert await tab.close_code() == 4401


async def test_who_comes_is_announced_once_for_all_tabs(channel, player, other):
    tab = await Tab.of(player, channel)
    await tab.silent()

    visitors = [await Tab.of(other, channel), await Tab.of(other, channel)]

    signals = [frame for frame in await tab.silent() if frame["op"] == "sig"]
    assert [person["uuid"] for person in signals[0]["data"]["joined"]] == [str(other.uuid)]
    assert len(signals) == 1
    for each in (tab, *visitors):
        await each.leave()


async def test_who_leaves_is_gone_only_when_the_time_is_over(channel, player, other):
    tab, visitor = await Tab.of(player, channel), await Tab.of(other, channel)
    await visitor.leave()
    await tab.silent()
    left_at = timezone.now()

    await in_database(expire_presence)(now=left_at + timedelta(seconds=5))
    too_early = await tab.silent()
    await in_database(expire_presence)(now=left_at + timedelta(seconds=11))

    signal = await tab.next("sig")
    assert too_early == []
    assert signal["data"]["left"] == [str(other.uuid)]
    await tab.leave()


async def test_a_heartbeat_renews_the_presence_and_tells_the_state(channel, player, other):
    tab, listener = await Tab.of(player, channel), await Tab.of(other, channel)
    await in_database(LiveConnection.objects.filter(player=player).update)(expires_at=timezone.now())
    await listener.silent()

    await tab.tell("ping", state="hidden")
    await tab.next("pong")

    row = await in_database(LiveConnection.objects.get)(player=player)
    assert row.expires_at > timezone.now() + timedelta(seconds=50)
    assert (await listener.next("sig"))["data"]["joined"][0]["state"] == "idle"
    await tab.leave()
    await listener.leave()


def test_a_player_without_a_session_is_not_signed_in(player):
    standing = permissions.standing(player.pk, "nothing", [uuid4()])

    assert standing == permissions.Standing(is_active=True, is_signed_in=False)


def run_all(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_eight_threads_with_one_client_id_store_one_message(channel, player):
    cid, results = uuid4(), []
    say = in_thread(
        results, lambda: post_message(channel=channel, player=player, text="hello", client_id=cid)
    )

    run_all([Thread(target=say) for _ in range(8)])

    assert sorted(posted.is_duplicate for posted in results) == [False] + [True] * 7
    assert {posted.message.seq for posted in results} == {1}


def test_eight_writers_get_numbers_without_a_hole(channel, player):
    results = []

    def write():
        for _ in range(5):
            post_message(channel=channel, player=player, text="hello")

    run_all([Thread(target=in_thread(results, write)) for _ in range(8)])

    assert [line.seq for line in logged_after(channel.pk, 0)] == list(range(1, 41))


def in_thread(results, function):
    """With a database connection of its own, which is closed at the end."""

    def run():
        try:
            results.append(function())
        finally:
            connection.close()

    return run


@pytest.fixture
def away(monkeypatch):
    """The database, away for whoever opens a channel."""

    class Away:
        is_on = True

    def open_together(arrivals):
        if Away.is_on:
            raise OperationalError("away")
        return openings.open_together(arrivals)

    monkeypatch.setattr(door, "_store", in_database(open_together))
    return Away


async def test_who_could_not_catch_up_while_the_database_was_away_hears_on(channel, player, away):
    away.is_on = False
    tab = await Tab.of(player, channel)
    away.is_on = True
    await tab.tell("resume", id=1, room=str(channel.uuid), epoch=str(channel.log_epoch), seq=0)
    refused = await tab.next("err")
    await log_silently(channel, 2)
    for nudge in await nudges(channel):
        hub.send(channel.group, nudge)

    assert refused["code"] == "unavailable"
    assert await seqs(tab, 2) == [1, 2]


async def test_a_heartbeat_says_nothing_of_a_room_that_could_not_be_opened(channel, player, away):
    tab = await Tab.of(player)
    await tab.tell("sub", id=1, room=str(channel.uuid))
    refused = await tab.next("err")

    await tab.tell("ping", state="active")

    assert refused["code"] == "unavailable"
    assert (await tab.next("pong"))["heads"] == {}
