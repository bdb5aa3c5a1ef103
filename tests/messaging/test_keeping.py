"""Pins, drafts and saved messages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.drafts import clear_draft, keep_draft
from messaging.actions.messages import post_message
from messaging.actions.pins import MOST, NotForTheBoard, TooManyPins, pin, unpin
from messaging.actions.saved import ReminderInThePast, forget, remind, save
from messaging.actions.speaking import speak
from messaging.actions.whispers import whisper
from messaging.database import in_database
from messaging.models import ChannelEvent, ChannelMember, Draft, Message, Notification, SavedMessage
from messaging.queries.keeping import draft_of, drafts_in, pins, saved_of
from messaging.refusals import MessageGone, NotYours
from players.actions.guests import enter_as_guest
from players.actions.relationships import block
from tests.factories.messaging import ChannelMemberFactory
from tests.messaging.sockets import Tab

NOW = timezone.now()
LATER = timedelta(hours=1)


@pytest.fixture
def moderator(channel):
    return ChannelMemberFactory(channel=channel, role="moderator").player


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="Keep this").message


def types(channel):
    return list(ChannelEvent.objects.filter(channel=channel).order_by("seq").values_list("type", flat=True))


def test_a_pin_names_its_pinner_and_stands_in_the_log(channel, message, moderator):
    pin(message=message, player=moderator, now=NOW)
    pin(message=message, player=moderator, now=NOW)

    (shown,) = pins(channel, moderator)
    assert (shown.pinned_by, shown.pinned_at) == (moderator, NOW)
    assert types(channel) == ["message.created", "message.pinned"]


def test_taking_down_twice_is_taking_down_once(channel, message, moderator):
    pin(message=message, player=moderator, now=NOW)
    unpin(message=message, player=moderator)
    unpin(message=message, player=moderator)

    assert pins(channel, moderator) == []
    assert types(channel)[-2:] == ["message.pinned", "message.unpinned"]


def test_only_moderators_pin(message, player):
    with pytest.raises(NotYours):
        pin(message=message, player=player, now=NOW)


def test_a_board_has_an_end(channel, message, moderator, player):
    for n in range(MOST):
        post_message(channel=channel, player=None, text=str(n))
    Message.objects.filter(channel=channel, player=None).update(pinned_at=NOW)

    with pytest.raises(TooManyPins, match=str(MOST)):
        pin(message=message, player=moderator, now=NOW)


def test_a_whisper_is_not_for_the_board(channel, player, moderator):
    secret = whisper(channel=channel, player=moderator, to=player, text="psst").message

    with pytest.raises(NotForTheBoard):
        pin(message=secret, player=moderator, now=NOW)


def test_a_deleted_message_leaves_the_board(channel, message, player, moderator):
    pin(message=message, player=moderator, now=NOW)

    delete_message(message=message, player=player, now=NOW)

    message.refresh_from_db()
    assert (message.pinned_at, message.pinned_by) == (None, None)


def test_the_board_hides_whom_a_block_hides(channel, message, player, moderator):
    pin(message=message, player=moderator, now=NOW)
    reader = ChannelMemberFactory(channel=channel).player
    block(player=reader, other=player)

    assert pins(channel, reader) == []


def test_a_draft_is_kept_for_the_channel_and_for_each_answer(channel, player, message):
    keep_draft(player=player, channel=channel, text="Dear all")
    keep_draft(player=player, channel=channel, text="Dear friends")
    keep_draft(player=player, channel=channel, parent=message, text="Right")

    assert draft_of(channel, player) == "Dear friends"
    assert drafts_in(channel, player) == [
        {"parent": None, "text": "Dear friends"},
        {"parent": str(message.uuid), "text": "Right"},
    ]


def test_an_empty_draft_is_none(channel, player):
    keep_draft(player=player, channel=channel, text="Dear all")

    assert keep_draft(player=player, channel=channel, text="  ")
    assert not Draft.objects.exists()
    assert not clear_draft(player=player, channel=channel)


def test_what_is_said_is_no_draft_any_more(channel, player, message):
    keep_draft(player=player, channel=channel, text="Dear all")
    keep_draft(player=player, channel=channel, parent=message, text="Right")

    speak(channel=channel, player=player, text="Dear all!")

    assert [draft["text"] for draft in drafts_in(channel, player)] == ["Right"]


def test_a_refused_text_stays_a_draft(channel, player):
    keep_draft(player=player, channel=channel, text="/dance")

    with pytest.raises(Exception, match="no command"):
        speak(channel=channel, player=player, text="/dance")
    assert draft_of(channel, player) == "/dance"


@pytest.mark.django_db(transaction=True)
async def test_another_tab_gets_the_draft_and_its_end(channel, player):
    writing, other = await Tab.of(player, channel), await Tab.of(player, channel)

    await writing.ask("draft", room=str(channel.uuid), text="Dear all")
    signal = await other.next("sig", where=lambda frame: frame["type"] == "draft")
    await writing.say(channel, "Dear all")
    end = await other.next("sig", where=lambda frame: frame["type"] == "draft")

    assert signal["data"] == {"channel": str(channel.uuid), "parent": None, "text": "Dear all"}
    assert end["data"]["text"] == ""
    await writing.leave()
    await other.leave()


@pytest.mark.django_db(transaction=True)
async def test_pages_of_a_guest_hear_that_less_is_left_of_the_demo(channel):
    guest = await in_database(enter_as_guest)(now=timezone.now(), address="198.51.100.7")
    await in_database(ChannelMemberFactory)(channel=channel, player=guest)
    writing, other = await Tab.of(guest, channel), await Tab.of(guest, channel)

    await writing.say(channel, "Hello all")

    assert await other.next("sig", where=lambda frame: frame["type"] == "demo")
    await writing.leave()
    await other.leave()


@pytest.mark.django_db(transaction=True)
async def test_a_moderator_pins_over_the_socket_and_others_cannot(channel, player, moderator, message):
    above, below = await Tab.of(moderator, channel), await Tab.of(player, channel)

    refused = await below.ask("pin", message=str(message.uuid), on=True)
    answer = await above.ask("pin", message=str(message.uuid), on=True)
    event = await below.next("ev", where=lambda frame: frame["type"] == "message.pinned")

    assert refused["op"] == "err"
    assert answer["message"]["is_pinned"] is True
    assert event["data"]["message"]["is_pinned"] is True
    await above.leave()
    await below.leave()


def test_a_saved_message_keeps_its_note(message, player):
    save(message=message, player=player, now=NOW, note="Look it up")
    save(message=message, player=player, now=NOW, note="Looked it up")

    (row,) = saved_of(player).rows
    assert (row.message, row.note) == (message, "Looked it up")
    assert forget(message=message, player=player)
    assert not forget(message=message, player=player)


def test_what_one_may_no_longer_read_is_not_on_the_list(channel, message, player):
    save(message=message, player=player, now=NOW)

    ChannelMember.objects.filter(player=player).delete()

    assert saved_of(player).rows == []


def test_a_deleted_message_cannot_be_saved(message, player):
    message = delete_message(message=message, player=player, now=NOW)

    with pytest.raises(MessageGone):
        save(message=message, player=player, now=NOW)


def test_a_reminder_lies_ahead(message, player):
    with pytest.raises(ReminderInThePast):
        save(message=message, player=player, now=NOW, remind_at=NOW)


def test_a_reminder_comes_once(message, player):
    save(message=message, player=player, now=NOW, note="Tea", remind_at=NOW + LATER)

    assert remind(now=NOW) == 0
    assert remind(now=NOW + LATER) == 1
    assert remind(now=NOW + LATER) == 0
    news = Notification.objects.get(recipient=player)
    assert news.message == "Tea"
    assert SavedMessage.objects.get().remind_at is None


def test_nobody_is_reminded_of_what_he_may_no_longer_read(channel, message, player):
    save(message=message, player=player, now=NOW, remind_at=NOW + LATER)
    ChannelMember.objects.filter(player=player).delete()

    assert remind(now=NOW + LATER) == 0
    assert not Notification.objects.exists()
