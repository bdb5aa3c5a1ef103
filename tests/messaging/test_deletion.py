from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.sites import site
from django.urls import reverse
from django.utils import timezone

from messaging.actions.deletion import delete_message, forget_deleted_texts
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.admin import MessageAdmin
from messaging.database import in_database
from messaging.models import Channel, ChannelEvent, Message, MessageRevision
from messaging.permissions import may_see_revisions
from messaging.queries import logged_after, recent_messages
from messaging.queries.messages import revisions
from messaging.refusals import MessageGone, NotYours
from players.models import AuditEntry
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(channel):
    return ChannelMemberFactory(channel=channel, role="moderator").player


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="secret", client_id=uuid4()).message


def delete(message, player, reason=""):
    return delete_message(message=message, player=player, now=timezone.now(), reason=reason)


def test_the_text_is_gone_for_every_reader_and_the_place_stays(channel, player, message):
    delete(message, player)

    told = [line.data["message"] for line in logged_after(channel.pk, 0)]
    assert [row.text for row in recent_messages(channel)] == [""]
    assert [(each["text"], each["html"], each["is_deleted"]) for each in told] == [("", "", True)] * 2
    assert Channel.objects.get(pk=channel.pk).last_seq == 2


def test_deleting_twice_is_one_event(channel, player, message):
    delete(message, player)
    delete(message, player)

    assert ChannelEvent.objects.filter(type="message.deleted").count() == 1


def test_a_moderator_gives_a_reason_that_is_written_down(message, moderator):
    deleted = delete(message, moderator, reason=" rude ")

    entry = AuditEntry.objects.get(verb="message.deleted")
    assert (deleted.deleted_by, deleted.deletion_reason) == (moderator, "rude")
    assert (entry.object_id, entry.actor_uuid, entry.reason) == (str(message.uuid), moderator.uuid, "rude")


def test_what_somebody_takes_back_himself_is_not_written_down(player, message):
    delete(message, player)

    assert AuditEntry.objects.filter(verb="message.deleted").count() == 0


def test_others_delete_nothing(channel, message):
    with pytest.raises(NotYours):
        delete(message, ChannelMemberFactory(channel=channel).player)


def test_the_answer_of_a_character_goes_with_its_sources(channel, moderator):
    answer = post_message(channel=channel, npc=NpcFactory(), text="wrong", metadata={"engine": "x"}).message

    deleted = delete(answer, moderator)

    assert (deleted.text, deleted.metadata) == ("", {})


def test_moderators_read_what_was_deleted_and_the_author_does_not(player, message, moderator):
    delete(message, player)
    message.refresh_from_db()

    assert [may_see_revisions(each, message) for each in (moderator, player)] == [True, False]
    assert [revision.text for revision in revisions(message)] == ["secret"]


def test_what_is_deleted_can_not_be_edited(player, message):
    delete(message, player)

    with pytest.raises(MessageGone):
        edit_message(message=message, player=player, text="again", base_rev=1, now=timezone.now())


def test_a_repeated_send_finds_what_was_deleted(channel, player, message):
    delete(message, player)

    again = post_message(channel=channel, player=player, text="secret", client_id=message.client_id)

    assert (again.message.is_deleted, again.is_duplicate) == (True, True)


@pytest.mark.parametrize(("days", "left"), [(89, 1), (91, 0)])
def test_after_ninety_days_nobody_knows_what_it_was(player, message, days, left):
    delete(message, player)

    forget_deleted_texts(now=timezone.now() + timedelta(days=days))

    assert MessageRevision.objects.count() == left


def test_staff_take_away_in_the_console_as_everybody_does(rf, message):
    request = rf.get("/")
    request.user = GameMasterFactory()

    MessageAdmin(Message, site).delete_queryset(request, Message.objects.all())

    assert Message.objects.get().is_deleted
    assert AuditEntry.objects.filter(verb="message.deleted").count() == 1


def test_the_page_deletes_without_a_script(client, player, message):
    client.force_login(player)

    answer = client.post(reverse("messaging:message-delete", args=[message.uuid]), {"reason": ""})
    shown = client.get(reverse("messaging:message", args=[message.uuid]))

    assert answer.status_code == 302
    assert "This message was deleted." in shown.content.decode()
    assert "secret" not in shown.content.decode()


@pytest.mark.django_db(transaction=True)
async def test_a_deletion_reaches_open_pages(channel, player):
    other = await in_database(lambda: ChannelMemberFactory(channel=channel).player)()
    mine, theirs = await Tab.of(player, channel), await Tab.of(other, channel)
    uuid = (await mine.say(channel, "secret"))["message"]["uuid"]

    refused = await theirs.ask("delete", message=uuid)
    answer = await mine.ask("delete", message=uuid)
    _, event = await theirs.events(2)

    assert (refused["code"], answer["op"]) == ("forbidden", "ok")
    assert (event["type"], event["data"]["message"]["text"]) == ("message.deleted", "")
    await mine.leave()
    await theirs.leave()
