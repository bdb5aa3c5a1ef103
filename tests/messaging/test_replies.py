from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.messages import post_message
from messaging.actions.replies import reply
from messaging.database import in_database
from messaging.models import Message
from messaging.queries import message_data, recent_messages
from messaging.refusals import MessageGone
from players.actions.relationships import block
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.messaging.sockets import Tab
from tests.messaging.test_templates import rendered

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="Why is it red?").message


@pytest.fixture
def other(channel):
    return ChannelMemberFactory(channel=channel, player__display_name="Bo").player


def test_an_answer_knows_what_it_answers(channel, other, message):
    answer = reply(parent=message, player=other, text="Iron.").message
    deeper = reply(parent=answer, player=other, text="Rust.").message

    assert (answer.channel, answer.parent, answer.thread_depth, deeper.thread_depth) == (
        channel,
        message,
        1,
        2,
    )
    assert message_data(answer)["parent"] == {"uuid": str(message.uuid), "seq": 1}


def test_what_is_deleted_is_not_answered_but_a_repeated_answer_is_found(player, other, message):
    cid = uuid4()
    reply(parent=message, player=other, text="Iron.", client_id=cid)
    deleted = delete_message(message=message, player=player, now=timezone.now())

    again = reply(parent=deleted, player=other, text="Iron.", client_id=cid)
    with pytest.raises(MessageGone):
        reply(parent=deleted, player=other, text="Iron.")

    assert again.is_duplicate


def test_the_page_shows_the_head_of_what_is_answered(rf, channel, player, other, message):
    reply(parent=message, player=other, text="Iron.")

    html = rendered(rf, player, channel)

    assert f'data-parent="{message.uuid}"' in html
    assert "Why is it red?</span>" in html


def test_the_head_of_somebody_hidden_is_not_shown(channel, player, other, message):
    third = ChannelMemberFactory(channel=channel).player
    reply(parent=message, player=other, text="Iron.")
    block(player=third, other=player)

    shown = recent_messages(channel, hidden=[player.pk])

    assert [(row.text, row.shows_parent) for row in shown] == [("Iron.", False)]


def test_the_page_answers_without_a_script(client, other, message):
    client.force_login(other)

    answer = client.post(reverse("messaging:message-reply", args=[message.uuid]), {"text": "Iron."})

    assert answer.status_code == 302
    assert Message.objects.get(parent=message).text == "Iron."


@pytest.mark.django_db(transaction=True)
async def test_a_parent_stands_in_the_same_room(channel, player):
    elsewhere = await in_database(ChannelFactory)(kind="test")
    await in_database(ChannelMemberFactory)(channel=elsewhere, player=player)
    tab = await Tab.of(player, channel, elsewhere)
    uuid = (await tab.say(channel, "Why?"))["message"]["uuid"]

    here, there = [
        await tab.ask("send", room=str(room.uuid), cid=str(uuid4()), body="So.", parent=uuid)
        for room in (channel, elsewhere)
    ]

    assert (here["message"]["parent"]["uuid"], there["code"]) == (uuid, "gone")
    await tab.leave()
