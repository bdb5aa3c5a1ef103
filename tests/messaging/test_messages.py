from uuid import uuid4

import pytest
from django.db import transaction

from messaging.actions.messages import (
    ClientIdConflict,
    MessageEmpty,
    MessageTooLong,
    post_message,
    record_event,
)
from messaging.models import Channel, ChannelEvent, Message
from messaging.signals import message_posted
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory


def test_a_message_takes_the_next_number_and_a_line_in_the_log(channel, player):
    record_event(channel=channel, type="room.updated", payload={"name": "Forge"})

    posted = post_message(channel=channel, player=player, text="  hello\u200b ")

    event = ChannelEvent.objects.get(message=posted.message)
    assert (posted.message.text, posted.message.seq, posted.is_duplicate) == ("hello", 2, False)
    assert (event.seq, event.type, event.actor) == (2, "message.created", player)
    assert Channel.objects.get(pk=channel.pk).last_seq == 2


def test_the_type_follows_from_who_speaks(channel, player):
    messages = [
        post_message(channel=channel, text="hello", player=player),
        post_message(channel=channel, text="hello", npc=NpcFactory()),
        post_message(channel=channel, text="hello"),
    ]

    assert [posted.message.type for posted in messages] == ["text", "npc", "system"]


@pytest.mark.parametrize(("text", "refusal"), [
    ("", MessageEmpty), (" \n\x00\u202e", MessageEmpty), ("x" * 4001, MessageTooLong),
])  # fmt: skip
def test_texts_that_are_refused_leave_no_trace(channel, player, text, refusal):
    with pytest.raises(refusal):
        post_message(channel=channel, player=player, text=text)

    assert Channel.objects.get(pk=channel.pk).last_seq == 0


def test_the_longest_text_is_taken_whole(channel, player):
    posted = post_message(channel=channel, player=player, text="ü" * 4000)

    assert len(posted.message.text) == 4000


def test_a_client_id_belongs_to_one_text(channel, player):
    cid = uuid4()
    first = post_message(channel=channel, player=player, text="hello", client_id=cid)

    again = post_message(channel=channel, player=player, text=" hello ", client_id=cid)
    with pytest.raises(ClientIdConflict):
        post_message(channel=channel, player=player, text="other", client_id=cid)

    assert (again.message, again.is_duplicate) == (first.message, True)
    assert Message.objects.count() == 1


def test_two_players_may_use_the_same_client_id(channel, player):
    cid = uuid4()

    posted = [
        post_message(channel=channel, player=author, text="hello", client_id=cid)
        for author in (player, PlayerFactory())
    ]

    assert [each.is_duplicate for each in posted] == [False, False]


def test_a_rolled_back_message_leaves_no_hole(channel, player):
    with transaction.atomic():
        post_message(channel=channel, player=player, text="never said")
        transaction.set_rollback(True)

    posted = post_message(channel=channel, player=player, text="said")

    assert posted.message.seq == 1


def test_the_apps_above_hear_of_a_message_after_the_commit(
    channel, player, django_capture_on_commit_callbacks
):
    heard = []
    message_posted.connect(lambda **facts: heard.append(facts["message_id"]), weak=False, dispatch_uid="test")

    with django_capture_on_commit_callbacks(execute=True):
        posted = post_message(channel=channel, player=player, text="hello")
        before = list(heard)

    message_posted.disconnect(dispatch_uid="test")
    assert (before, heard) == ([], [posted.message.pk])
