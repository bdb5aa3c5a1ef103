from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.erasure import erase
from messaging.actions.messages import post_message
from messaging.actions.reactions import NoReaction, TooManyReactions, react
from messaging.database import in_database
from messaging.models import ChannelEvent, Message, MessageReaction
from messaging.queries import logged_after
from messaging.queries.own import own_in
from messaging.refusals import MayNotPost, MessageGone
from messaging.rules.reactions import MAX_DIFFERENT, PALETTE
from tests.factories.messaging import ChannelMemberFactory
from tests.messaging.sockets import Tab
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="hello").message


def counts(message):
    return [(each["emoji"], each["count"]) for each in Message.objects.get(pk=message.pk).reaction_counts]


def test_signs_are_counted_in_the_order_in_which_they_came(player, other, message):
    react(message=message, player=player, emoji="👍", on=True)
    react(message=message, player=player, emoji="🔥", on=True)
    react(message=message, player=other, emoji="🔥", on=True)

    assert counts(message) == [("👍", 1), ("🔥", 2)]


def test_setting_twice_and_taking_back_twice_change_nothing(player, message):
    for on in (True, True, False, False):
        react(message=message, player=player, emoji="👍", on=on)

    assert counts(message) == []
    assert ChannelEvent.objects.filter(type="reaction.set").count() == 2


@pytest.mark.parametrize("emoji", ["", "x", "<b>", "👍👍", "🖕"])
def test_only_signs_of_the_palette_are_taken(player, message, emoji):
    with pytest.raises(NoReaction):
        react(message=message, player=player, emoji=emoji, on=True)


def test_a_message_has_so_many_different_signs(player, other, message):
    for emoji, _ in PALETTE[:MAX_DIFFERENT]:
        react(message=message, player=player, emoji=emoji, on=True)

    with pytest.raises(TooManyReactions):
        react(message=message, player=other, emoji=PALETTE[MAX_DIFFERENT][0], on=True)
    react(message=message, player=other, emoji=PALETTE[0][0], on=True)

    assert counts(message)[0] == (PALETTE[0][0], 2)


def test_deleted_messages_lose_their_signs_and_take_none(channel, player, message):
    react(message=message, player=player, emoji="👍", on=True)
    delete_message(message=message, player=player, now=timezone.now())

    with pytest.raises(MessageGone):
        react(message=message, player=player, emoji="👍", on=True)

    assert [line.data["message"]["reactions"] for line in logged_after(channel.pk, 0)] == [[], [], []]
    assert MessageReaction.objects.count() == 0


def test_who_left_does_not_react(member, player, message):
    member.delete()

    with pytest.raises(MayNotPost):
        react(message=message, player=player, emoji="👍", on=True)


def test_who_is_forgotten_takes_the_signs_along(player, other, message):
    react(message=message, player=other, emoji="👍", on=True)

    erase(other.pk)

    assert counts(message) == []


def test_a_player_learns_the_own_signs(channel, player, other, message):
    react(message=message, player=player, emoji="👍", on=True)

    own = own_in([channel.pk], [player.pk, other.pk])
    assert {key: found.reactions for key, found in own.items()} == {
        (channel.pk, player.pk): {str(message.uuid): ["👍"]}
    }


def test_the_page_sets_and_takes_back_without_a_script(client, player, message):
    client.force_login(player)
    address = reverse("messaging:message-react", args=[message.uuid])

    client.post(address, {"emoji": "👍"})
    once = counts(message)
    client.post(address, {"emoji": "👍"})
    refused = client.post(address, {"emoji": "x"})

    assert (once, counts(message), refused.status_code) == ([("👍", 1)], [], 422)


@pytest.mark.django_db(transaction=True)
async def test_others_hear_how_many_and_only_the_own_pages_who(channel, player):
    other = await in_database(lambda: ChannelMemberFactory(channel=channel).player)()
    mine, theirs = await Tab.of(player, channel), await Tab.of(other, channel)
    uuid = (await mine.say(channel, "hello"))["message"]["uuid"]

    answer = await mine.ask("react", message=uuid, emoji="👍", on=True)
    (_, my_event), (_, their_event) = await mine.events(2), await theirs.events(2)

    assert answer["own"] == my_event["data"]["own"] == ["👍"]
    assert their_event["data"]["message"]["reactions"] == [{"emoji": "👍", "count": 1}]
    assert str(player.uuid) not in str({**their_event["data"], "message": {}})
    assert "own" not in their_event["data"]
    await mine.leave()
    await theirs.leave()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_all_counted(channel, player, message):
    people = [ChannelMemberFactory(channel=channel).player for _ in range(8)]

    at_once(*(partial(react, message=message, player=person, emoji="👍", on=True) for person in people))

    assert counts(message) == [("👍", 8)]
    assert [line.seq for line in logged_after(channel.pk, 0)] == list(range(1, 10))
