"""What one says to another alone, in a channel with others."""

import pytest
from django.utils import timezone

from messaging.actions.direct import note_said
from messaging.actions.groups import begin_group
from messaging.actions.messages import post_message
from messaging.actions.replies import reply
from messaging.actions.speaking import UnknownCommand, speak
from messaging.actions.whispers import WhisperRefused, whisper
from messaging.database import in_database
from messaging.models import ChannelMember, DirectState, Message, Notification
from messaging.permissions import message_for
from messaging.queries import recent_messages
from messaging.refusals import MessageGone
from players.actions.relationships import block
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.relationships import befriend
from tests.messaging.sockets import Tab


@pytest.fixture
def ada(channel):
    return ChannelMemberFactory(channel=channel, player__username="ada").player


@pytest.fixture
def third(channel):
    return ChannelMemberFactory(channel=channel).player


@pytest.fixture
def moderator(channel):
    return ChannelMemberFactory(channel=channel, role="moderator").player


def texts(channel, viewer, **more):
    return [message.text for message in recent_messages(channel, viewer=viewer, **more)]


def test_only_the_two_and_moderators_read_a_whisper(channel, player, ada, third, moderator):
    message = speak(channel=channel, player=player, text="/whisper @Ada psst").message

    assert (message.whisper_to, message.text) == (ada, "psst")
    assert texts(channel, player) == texts(channel, ada) == ["psst"]
    assert texts(channel, third) == texts(channel, None) == []
    assert texts(channel, moderator, moderates=True) == ["psst"]
    assert message_for(moderator, message.uuid) == message
    with pytest.raises(MessageGone):
        message_for(third, message.uuid)


def test_the_quote_of_a_whisper_is_for_the_two(channel, player, ada, third):
    secret = whisper(channel=channel, player=player, to=ada, text="psst").message
    Message.objects.filter(pk=post_message(channel=channel, player=player, text="open").message.pk).update(
        parent=secret
    )

    (seen,) = recent_messages(channel, viewer=third)
    assert not seen.shows_parent
    assert recent_messages(channel, viewer=ada)[-1].shows_parent


def test_a_whisper_is_answered_by_a_whisper(channel, player, ada, moderator):
    secret = whisper(channel=channel, player=player, to=ada, text="psst").message

    assert reply(parent=secret, player=ada, text="what?").message.whisper_to == player
    assert reply(parent=secret, player=player, text="look").message.whisper_to == ada
    with pytest.raises(WhisperRefused):
        reply(parent=secret, player=moderator, text="I heard that")


@pytest.mark.parametrize("reason", ["blocked", "blocks", "absent", "guest", "child", "self"])
def test_who_cannot_be_whispered_to_is_refused_with_one_sentence(channel, player, ada, reason):
    to = ada
    if reason == "blocked":
        block(player=player, other=ada)
    elif reason == "blocks":
        block(player=ada, other=player)
    elif reason == "absent":
        ChannelMember.objects.filter(player=ada).delete()
    elif reason == "guest":
        ada.is_guest = True
        ada.save()
    elif reason == "child":
        make_child(ada)
    else:
        to = player

    with pytest.raises(WhisperRefused, match=r"You can't whisper to this player here\."):
        whisper(channel=channel, player=player, to=to, text="psst")


def test_staff_who_are_blocked_do_not_whisper_into_the_void(channel, ada):
    staff = GameMasterFactory()
    ChannelMemberFactory(channel=channel, player=staff)
    block(player=ada, other=staff)

    with pytest.raises(WhisperRefused, match=r"You can't whisper to this player here\."):
        whisper(channel=channel, player=staff, to=ada, text="psst")


def test_children_do_not_whisper(channel, player, ada):
    make_child(player)

    with pytest.raises(WhisperRefused, match=r"You can't whisper here\."):
        whisper(channel=channel, player=player, to=ada, text="psst")


def make_child(player):
    from datetime import date

    info = player.personal_info
    info.date_of_birth = date.today().replace(year=date.today().year - 9, day=1)
    info.save()


@pytest.mark.django_db(transaction=True)
async def test_a_socket_tells_others_the_number_of_a_whisper_only(channel, player, ada, third, moderator):
    tabs = {who: await Tab.of(who, channel) for who in (player, ada, third, moderator)}

    answer = await tabs[player].ask(
        "send", room=str(channel.uuid), cid="11111111-1111-4111-8111-111111111111", body="psst",
        to=str(ada.uuid),
    )  # fmt: skip

    assert answer["message"]["whisper_to"]["uuid"] == str(ada.uuid)
    heard = {who: await tab.next("ev") for who, tab in tabs.items()}
    assert {who: event["type"] for who, event in heard.items()} == {
        player: "message.created",
        ada: "message.created",
        third: "message.hidden",
        moderator: "message.created",
    }
    assert heard[third]["data"] == {}
    for tab in tabs.values():
        await tab.leave()


@pytest.mark.django_db(transaction=True)
async def test_a_moderator_who_steps_down_no_longer_overhears(channel, player, ada, moderator):
    from messaging import events

    tab = await Tab.of(moderator, channel)

    def step_down():
        ChannelMember.objects.filter(player=moderator).update(role="member")
        events.access_changed(moderator)

    await in_database(step_down)()
    await tab.silent()
    await in_database(whisper)(channel=channel, player=player, to=ada, text="psst")

    assert (await tab.next("ev"))["type"] == "message.hidden"
    await tab.leave()


@pytest.mark.django_db(transaction=True)
async def test_who_missed_a_whisper_of_others_is_told_the_number_only(channel, player, ada, third):
    await in_database(whisper)(channel=channel, player=player, to=ada, text="psst")
    tab = await Tab.of(third)

    answer = await tab.ask("sub", room=str(channel.uuid), epoch=str(channel.log_epoch), seq=0)

    assert answer["op"] == "ok"
    assert (await tab.next("ev"))["type"] == "message.hidden"
    await tab.leave()


def test_a_stranger_is_no_target_by_the_command_either(channel, player):
    PlayerFactory(username="stranger")

    with pytest.raises(WhisperRefused):
        speak(channel=channel, player=player, text="/whisper @stranger psst")


@pytest.mark.parametrize("how", ["to", "answer"])
def test_a_command_is_not_said_aloud_where_a_whisper_was_meant(channel, player, ada, how):
    secret = whisper(channel=channel, player=ada, to=player, text="psst").message
    meant = {"to": {"to": ada}, "answer": {"parent": secret}}[how]

    with pytest.raises(UnknownCommand, match="can't be whispered"):
        speak(channel=channel, player=player, text="/me tells a secret", **meant)

    assert texts(channel, player) == ["psst"]


@pytest.mark.django_db
def test_the_others_of_a_group_do_not_hear_that_two_whisper():
    ada, bo, cy = (PlayerFactory(username=name) for name in ("ada", "bo", "cy"))
    befriend(ada, bo)
    befriend(ada, cy)
    group = begin_group(player=ada, others=[bo, cy], title="", now=timezone.now())
    before = DirectState.objects.get(player=cy).last_at

    message = whisper(channel=group.channel, player=ada, to=bo, text="psst").message
    note_said(message=message, now=timezone.now())

    assert set(Notification.objects.values_list("recipient", flat=True)) == {bo.pk}
    assert DirectState.objects.get(player=cy).last_at == before
