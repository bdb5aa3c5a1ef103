"""Each keeps a conversation for himself: archived, muted, deleted; and messages that carry more than words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions import direct, sides
from messaging.actions.deletion import delete_message
from messaging.actions.direct_letter import Letter, NoLetter
from messaging.actions.edits import edit_message
from messaging.actions.expiry import erase_expired
from messaging.actions.messages import post_message
from messaging.models import ChannelEvent, DirectState, HiddenMessage, Message, MessageRevision, Notification
from messaging.permissions import message_for
from messaging.queries import recent_messages
from messaging.queries.inbox import inbox, unread_conversations
from messaging.queries.streams import message_data
from messaging.refusals import MessageGone, NotYours
from players.personal_data import areas
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def bo(ada):
    player = PlayerFactory(username="bo")
    befriend(ada, player)
    return player


def write(player, other, text="Hello", **letter):
    more = {"letter": Letter(**letter)} if letter else {}
    return direct.write_to(player=player, other=other, text=text, now=NOW(), **more).message


def side(player):
    return DirectState.objects.select_related("conversation__channel", "player").get(player=player)


def read_by(player):
    return [message.text for message in recent_messages(side(player).conversation.channel, viewer=player)]


def boxes(player):
    return {box: len(inbox(player, box=box).rows) for box in ("inbox", "archive")}


@pytest.mark.django_db(transaction=True)
def test_who_deletes_a_conversation_deletes_it_for_himself_alone(ada, bo):
    write(ada, bo, "Before")
    sides.delete_conversation(state=side(bo), now=NOW())

    assert (boxes(bo), boxes(ada)) == ({"inbox": 0, "archive": 0}, {"inbox": 1, "archive": 0})
    assert (read_by(bo), read_by(ada)) == ([], ["Before"])


@pytest.mark.django_db(transaction=True)
def test_a_deleted_conversation_comes_back_with_what_is_new(ada, bo):
    write(ada, bo, "Before")
    sides.delete_conversation(state=side(bo), now=NOW())

    write(ada, bo, "After")

    assert (boxes(bo), read_by(bo)) == ({"inbox": 1, "archive": 0}, ["After"])
    assert [line.unread for line in inbox(bo).rows] == [1]


def test_one_message_is_deleted_for_one_side(ada, bo):
    first = write(ada, bo, "First")
    write(ada, bo, "Second")

    answers = [sides.hide_message(message=first, player=bo) for _ in range(2)]

    assert (answers, read_by(bo), read_by(ada)) == ([True, False], ["Second"], ["First", "Second"])
    with pytest.raises(MessageGone):
        message_for(bo, first.uuid)


def test_the_inbox_shows_the_last_message_that_is_left(ada, bo):
    write(ada, bo, "First")
    last = write(ada, bo, "Second")
    sides.hide_message(message=last, player=bo)

    assert [(line.text, line.unread) for line in inbox(bo).rows] == [("First", 1)]
    assert [line.text for line in inbox(ada).rows] == ["Second"]


def test_in_a_room_nothing_is_deleted_for_oneself(channel, player):
    message = post_message(channel=channel, player=player, text="Hello").message

    with pytest.raises(NotYours):
        sides.hide_message(message=message, player=player)

    assert HiddenMessage.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_muted_conversation_says_nothing_but_shows_what_is_new(ada, bo):
    write(ada, bo)
    Notification.objects.all().delete()
    sides.mute(state=side(bo), now=NOW())

    write(ada, bo)
    muted = (Notification.objects.count(), inbox(bo).rows[0].unread, unread_conversations(bo))
    sides.unmute(state=side(bo))
    write(ada, bo)

    assert (muted, Notification.objects.count(), unread_conversations(bo)) == ((0, 2, 0), 1, 1)


def test_what_was_deleted_for_oneself_is_exported_and_forgotten(ada, bo):
    message = write(ada, bo)
    sides.hide_message(message=message, player=bo)
    area = next(area for area in areas() if area.name == "messaging")
    document = next(found for found in area.export(bo.pk) if found.path.endswith("hidden.json"))
    assert [row["message__uuid"] for row in document.content] == [message.uuid]
    assert "Messages deleted for oneself are left." in area.remains(bo.pk)

    area.erase(bo.pk)

    assert area.remains(bo.pk) == []


@pytest.mark.django_db(transaction=True)
def test_a_message_carries_a_subject_and_a_priority(ada, bo):
    message = write(ada, bo, "At eight?", subject="  The  comet ", priority="urgent")

    assert (message.subject, message.priority) == ("The comet", "urgent")
    assert inbox(bo).rows[0].text == "The comet: At eight?"
    assert Notification.objects.get(recipient=bo, category="message").priority == "urgent"


@pytest.mark.django_db(transaction=True)
def test_what_a_stranger_calls_urgent_is_told_as_usual(ada):
    stranger = PlayerFactory()

    write(stranger, ada, priority="urgent")

    assert Notification.objects.get(recipient=ada, category="message").priority == "normal"


@pytest.mark.parametrize("letter", [
    {"subject": "x" * 121}, {"priority": "deadly"}, {"lasts": 59}, {"lasts": 366 * 24 * 3600},
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_a_reason(ada, bo, letter):
    with pytest.raises(NoLetter):
        write(ada, bo, **letter)

    assert Message.objects.count() == 0


def test_messages_of_rooms_carry_words_only(channel):
    member = ChannelMemberFactory(channel=channel)

    with pytest.raises(NoLetter):
        post_message(channel=channel, player=member.player, text="Hello", letter=Letter(subject="News"))


def test_who_deletes_a_message_deletes_its_subject(ada, bo):
    message = write(ada, bo, subject="The comet")

    delete_message(message=message, player=ada, now=NOW())

    assert Message.objects.get().subject == ""


def test_an_expired_message_is_seen_by_nobody_from_the_moment_itself(ada, bo):
    message = write(ada, bo, "Gone soon", lasts=60)
    assert read_by(bo) == ["Gone soon"]

    Message.objects.update(expires_at=NOW())

    assert (read_by(bo), read_by(ada), inbox(bo).rows[0].text) == ([], [], "")
    with pytest.raises(MessageGone):
        message_for(ada, message.uuid)


def test_the_words_of_an_expired_message_are_erased_for_good(ada, bo):
    message = write(ada, bo, "Gone soon", lasts=60, subject="Secret")
    edit_message(message=message, player=ada, text="Gone later", base_rev=0, now=NOW())
    later = NOW() + timedelta(minutes=2)

    counts = [erase_expired(now=now) for now in (NOW(), later, later)]

    assert counts == [0, 1, 0]
    message.refresh_from_db()
    assert (message.text, message.subject, message.is_deleted) == ("", "", True)
    assert MessageRevision.objects.count() == 0
    assert ChannelEvent.objects.filter(message=message, type="message.deleted").count() == 1


def test_what_disappeared_is_not_said_to_be_deleted(ada, bo):
    gone, taken = write(ada, bo, "Gone soon", lasts=60), write(ada, bo, "Taken back")
    delete_message(message=taken, player=ada, now=NOW(), reason="It expired.")
    erase_expired(now=NOW() + timedelta(minutes=2))

    told = {
        line["uuid"]: line["absence"] for line in map(message_data, recent_messages(gone.channel, viewer=bo))
    }

    assert told == {
        str(gone.uuid): "This message has disappeared.",
        str(taken.uuid): "This message was deleted.",
    }
