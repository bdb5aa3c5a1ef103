from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.edits import EditConflict, TooLateToEdit, edit_message
from messaging.actions.messages import post_message
from messaging.database import in_database
from messaging.models import ChannelEvent, Message, MessageRevision
from messaging.permissions import may_see_revisions
from messaging.queries import logged_after, recent_messages
from messaging.refusals import MayNotPost, NotYours
from tests.factories.messaging import ChannelMemberFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="helo").message


def edit(message, player, text="hello", rev=0, now=None):
    return edit_message(message=message, player=player, text=text, base_rev=rev, now=now or timezone.now())


def test_an_edit_keeps_what_was_said_and_takes_a_number(channel, player, message):
    edited = edit(message, player)

    event = ChannelEvent.objects.get(channel=channel, type="message.edited")
    revision = MessageRevision.objects.get()
    assert (edited.text, edited.rev, edited.is_edited) == ("hello", 1, True)
    assert (revision.rev, revision.text) == (0, "helo")
    assert (event.seq, event.message, event.actor) == (2, message, player)


def test_the_same_text_again_changes_nothing(channel, player, message):
    edit(message, player, text=" helo ")

    assert (MessageRevision.objects.count(), ChannelEvent.objects.count()) == (0, 1)


def test_who_saw_an_older_text_is_told_the_present_one(player, message):
    edit(message, player, text="hello")

    with pytest.raises(EditConflict) as refusal:
        edit(message, player, text="hullo", rev=0)

    assert refusal.value.told == {"current": "hello", "rev": 1}


def test_only_the_author_edits(channel, message):
    other = ChannelMemberFactory(channel=channel, role="owner").player

    with pytest.raises(NotYours):
        edit(message, other)


def test_after_a_day_a_message_stays_as_it_is(player, message):
    with pytest.raises(TooLateToEdit):
        edit(message, player, now=timezone.now() + timedelta(hours=25))

    assert Message.objects.get().text == "helo"


def test_who_left_edits_nothing(member, player, message):
    member.delete()

    with pytest.raises(MayNotPost):
        edit(message, player)


def test_a_repeated_send_finds_its_message_after_an_edit(channel, player):
    cid = uuid4()
    message = post_message(channel=channel, player=player, text="helo", client_id=cid).message
    edit(message, player)

    again = post_message(channel=channel, player=player, text="helo", client_id=cid)

    assert (again.message.text, again.is_duplicate) == ("hello", True)


def test_events_after_a_snapshot_make_the_next_snapshot(channel, player, message):
    post_message(channel=channel, player=player, text="second")
    edit(message, player)

    told = {}
    for line in [*logged_after(channel.pk, 0), *logged_after(channel.pk, 0)]:
        told[line.data["message"]["uuid"]] = line.data["message"]["text"]

    assert told == {str(row.uuid): row.text for row in recent_messages(channel)}


def test_others_do_not_read_what_was_said_before(channel, player, message):
    edit(message, player)
    other = ChannelMemberFactory(channel=channel).player
    message.refresh_from_db()

    assert [may_see_revisions(each, message) for each in (player, other)] == [True, False]


def test_the_page_changes_a_message_without_a_script(client, player, message):
    client.force_login(player)

    shown = client.get(reverse("messaging:message", args=[message.uuid]))
    answer = client.post(
        reverse("messaging:message-edit", args=[message.uuid]), {"base_rev": "0", "text": "hello"}
    )

    assert (shown.status_code, answer.status_code) == (200, 302)
    assert Message.objects.get().text == "hello"


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"base_rev": "x", "text": "hello"}, "changed meanwhile"), ({"base_rev": "0", "text": " "}, "Write something"),
])  # fmt: skip
def test_the_page_says_why_not_and_keeps_what_was_typed(client, player, message, typed, sentence):
    client.force_login(player)

    answer = client.post(reverse("messaging:message-edit", args=[message.uuid]), typed)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_stranger_does_not_learn_that_a_message_exists(client, message):
    client.force_login(ChannelMemberFactory().player)

    answers = [
        client.get(reverse("messaging:message", args=[message.uuid])),
        client.post(reverse("messaging:message-edit", args=[message.uuid]), {"text": "x"}),
        client.get(reverse("messaging:message", args=[uuid4()])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.django_db(transaction=True)
async def test_an_edit_over_the_socket_reaches_the_others(channel, player):
    other = await in_database(lambda: ChannelMemberFactory(channel=channel).player)()
    mine, theirs = await Tab.of(player, channel), await Tab.of(other, channel)
    uuid = (await mine.say(channel, "helo"))["message"]["uuid"]

    answer = await mine.ask("edit", message=uuid, base_rev=0, body="hello")
    late = await mine.ask("edit", message=uuid, base_rev=0, body="hullo")
    _, event = await theirs.events(2)

    assert (answer["op"], answer["message"]["text"]) == ("ok", "hello")
    assert (late["code"], late["current"], late["rev"]) == ("conflict", "hello", 1)
    assert (event["type"], event["data"]["message"]["rev"]) == ("message.edited", 1)
    await mine.leave()
    await theirs.leave()
