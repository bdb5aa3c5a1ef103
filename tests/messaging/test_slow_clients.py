"""Who can't digest what he is told is told no more, and goes on where he was once he can."""

import pytest
from django.utils import timezone

from messaging import events, recent
from messaging.actions.deletion import delete_message
from messaging.actions.messages import post_message
from messaging.actions.reactions import react
from messaging.connections import Connection
from messaging.database import in_database
from messaging.rules import FULL_FOR_SECONDS, WINDOW_FRAMES
from tests.messaging.sockets import Tab, log_silently, poll_late, seqs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log_away(monkeypatch):
    def away(*_):
        raise AssertionError("The log was read.")

    monkeypatch.setattr("messaging.subscriptions.nudges_after", away)


@in_database
def say(channel, player, count):
    """As many messages; they are told to the sockets at once."""
    return [post_message(channel=channel, player=player, text=f"word {n}").message for n in range(count)]


async def full_tab(player, channel, other, more):
    """A page that digests nothing, while so many more messages are said than it is told."""
    tab = await Tab.of(player, channel)
    tab.acknowledges = False
    said = await say(channel, other, WINDOW_FRAMES + more)
    await seqs(tab, WINDOW_FRAMES)
    return tab, said


async def test_a_slow_client_is_sent_no_more_than_it_can_digest(channel, player):
    tab = await Tab.of(player, channel)
    tab.acknowledges = False
    await log_silently(channel, WINDOW_FRAMES + 6)
    await in_database(poll_late)()
    first = await seqs(tab, WINDOW_FRAMES)
    held_back = await tab.silent()

    await tab.tell("ack", n=WINDOW_FRAMES)

    assert first == list(range(1, WINDOW_FRAMES + 1))
    assert [frame for frame in held_back if frame["op"] == "ev"] == []
    assert await seqs(tab, 6) == list(range(WINDOW_FRAMES + 1, WINDOW_FRAMES + 7))
    await tab.leave()


async def test_who_can_digest_again_goes_on_without_reading_the_log(channel, player, other, log_away):
    tab, _ = await full_tab(player, channel, other, 6)

    await tab.tell("ack", n=WINDOW_FRAMES)

    assert await seqs(tab, 6) == list(range(WINDOW_FRAMES + 1, WINDOW_FRAMES + 7))
    await tab.leave()


async def test_who_falls_behind_is_not_told_what_was_taken_back_meanwhile(channel, player, other):
    tab, said = await full_tab(player, channel, other, 3)
    await in_database(delete_message)(message=said[-2], player=other, now=timezone.now())

    await tab.tell("ack", n=WINDOW_FRAMES)

    last = [await tab.next("ev") for _ in range(4)]
    assert [event["type"] for event in last] == ["message.created"] * 3 + ["message.deleted"]
    assert [event["data"]["message"]["text"] for event in last] == ["word 64", "", "word 66", ""]
    await tab.leave()


async def test_signs_under_what_was_said_make_nobody_read_the_log(channel, player, other, log_away):
    tab, said = await full_tab(player, channel, other, 3)
    await in_database(react)(message=said[-1], player=other, emoji="👍", on=True)

    await tab.tell("ack", n=WINDOW_FRAMES)

    assert await seqs(tab, 4) == [65, 66, 67, 68]
    await tab.leave()


async def test_what_is_no_longer_known_by_heart_is_read_from_the_log(channel, player, other, monkeypatch):
    monkeypatch.setattr(recent, "after", lambda *_: [])
    tab, _ = await full_tab(player, channel, other, 3)

    await tab.tell("ack", n=WINDOW_FRAMES)

    assert await seqs(tab, 3) == [65, 66, 67]
    await tab.leave()


async def test_a_client_that_never_digests_is_let_go(player):
    moment = 100.0
    connection = Connection(player_id=player.pk, player_uuid=player.uuid, session_key="")
    connection.clock = lambda: moment
    for number in range(WINDOW_FRAMES):
        connection.tell_event(f'"seq":{number}}}')

    connection.close_if_stuck()
    closed_at_once = connection.is_closing
    moment += FULL_FOR_SECONDS
    connection.close_if_stuck()

    assert (closed_at_once, connection.is_closing) == (False, True)
    frames = connection.outbox.take()
    assert frames[-1] == {"type": "websocket.close", "code": 4408}


async def test_signals_wait_for_nobody_who_is_behind(channel, player):
    tab = await Tab.of(player, channel)
    tab.acknowledges = False
    await log_silently(channel, WINDOW_FRAMES // 2)
    await in_database(poll_late)()
    await tab.events(WINDOW_FRAMES // 2)
    await tab.silent()

    await in_database(lambda: events.signal(channel, "npc.thinking", draft="d"))()

    assert await tab.silent() == []
    await tab.leave()
