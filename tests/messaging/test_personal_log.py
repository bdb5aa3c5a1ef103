"""What one page of a player changes, his others hear, and nobody else."""

import pytest
from django.db import transaction
from django.utils import timezone

from messaging.actions.channels import add_member, remove_member
from messaging.actions.erasure import erase
from messaging.actions.messages import post_message
from messaging.actions.notifications import News, notify
from messaging.actions.personal_log import log_of, note
from messaging.database import in_database
from messaging.models import Channel, ChannelEvent
from messaging.queries.personal import own_state
from players.choices import NotificationKind
from tests.factories.messaging import ChannelFactory
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db(transaction=True)


def tell(player):
    news = News(kind=NotificationKind.SYSTEM, title="News")
    return notify(recipient=player, news=news, now=timezone.now())


async def begin(player, /, *rooms, **known):
    """A tab that listens to its player's log, and what it was told of the beginning."""
    tab = await Tab.of(player, *rooms, player=known)
    return tab, await tab.next("sub", where=lambda frame: frame["room"] == str(player.uuid))


async def test_a_page_that_does_not_ask_is_not_told(player):
    tab = await Tab.of(player)

    await in_database(note)(player, type="read.moved", data=dict)

    assert await tab.silent() == []
    await tab.leave()


async def test_what_one_page_has_read_the_others_know(channel, player):
    await in_database(post_message)(channel=channel, player=player, text="hello")
    (one, _), (other, state) = await begin(player, channel), await begin(player)

    await one.tell("read", room=str(channel.uuid), seq=1)

    event = await other.next("ev")
    assert state["reads"] == {str(channel.uuid): 0}
    assert (event["room"], event["type"]) == (str(player.uuid), "read.moved")
    assert event["data"] == {"room": str(channel.uuid), "seq": 1}
    await one.leave()
    await other.leave()


async def test_the_same_place_is_told_once(channel, player):
    await in_database(post_message)(channel=channel, player=player, text="hello")
    tab, _ = await begin(player, channel)
    await tab.tell("read", room=str(channel.uuid), seq=1)
    await tab.next("ev", where=lambda frame: frame["type"] == "read.moved")

    for seq in (1, 0, 99):
        await tab.tell("read", room=str(channel.uuid), seq=seq)

    assert [frame for frame in await tab.silent() if frame["op"] == "ev"] == []
    await tab.leave()


async def test_a_page_that_was_away_is_told_what_it_missed(channel, player):
    tab, state = await begin(player)
    await tab.leave()
    await in_database(tell)(player)
    await in_database(remove_member)(channel=channel, player=player, reason="left")
    other = await in_database(ChannelFactory)(kind="test")
    await in_database(add_member)(channel=other, player=player)

    tab, answer = await begin(player, epoch=state["epoch"], seq=state["head"])

    assert answer["mode"] == "resumed"
    assert [(event["type"], event["data"]) for event in await tab.events(3)] == [
        ("notification.unread", {"unread": 1}),
        ("membership.ended", {"room": str(channel.uuid), "reason": "left"}),
        ("membership.began", {"room": str(other.uuid), "role": "member"}),
    ]
    await tab.leave()


async def test_nobody_reads_the_log_of_another(channel, player):
    stranger = await in_database(PlayerFactory)()
    await in_database(log_of)(stranger)
    tab = await Tab.of(player)

    answers = [
        await tab.ask("sub", room=str(stranger.uuid)),
        await tab.ask("sub", room=str(player.uuid)),
        await tab.say(channel, "hello"),
    ]

    assert [answer.get("code", answer["op"]) for answer in answers] == ["not_member", "not_member", "ok"]
    await tab.leave()


async def test_nobody_writes_into_a_log_and_nobody_is_present_in_it(player):
    tab, state = await begin(player)

    refusal = await tab.ask("send", room=str(player.uuid), cid=str(player.uuid), body="hello")

    assert refusal["code"] == "read_only"
    assert "people" not in state
    await tab.leave()


def test_what_is_rolled_back_is_not_noted(player):
    with transaction.atomic():
        note(player, type="read.moved", data=dict)
        transaction.set_rollback(True)

    assert not ChannelEvent.objects.filter(channel__kind="player").exists()


def test_the_state_is_what_the_log_adds_up_to(channel, player):
    before = own_state(player)
    post_message(channel=channel, text="hello")
    tell(player)

    after = own_state(player)

    lines = [line.payload for line in ChannelEvent.objects.filter(channel=log_of(player)).order_by("seq")]
    assert (before["unread"], after["unread"]) == (0, 1)
    assert lines[-1] == {"unread": 1}


def test_who_is_forgotten_leaves_no_log(player):
    log_of(player)

    erase(player.pk)

    assert not Channel.objects.filter(kind="player").exists()
