"""What somebody says right after he has said something: looked at as the first time, whatever has changed meanwhile."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from messaging.actions.channels import remove_member
from messaging.actions.drafts import keep_draft
from messaging.actions.messages import MessageEmpty, post_message
from messaging.actions.sanctions import Measure, sanction_automatically
from messaging.actions.together import say_together
from messaging.models import (
    Channel,
    ChannelEvent,
    ChannelMember,
    Draft,
    ListedWord,
    Message,
    Sanction,
)
from messaging.queries.ahead import Wish, know_places
from messaging.queries.moderation import WORDS_KEY
from messaging.queries.remembered import remembered
from messaging.refusals import NotMember
from padawanforge.kit import near
from padawanforge.kit.memory import one_reading
from players.models import Player, PlayerProfile, SiteBan
from rooms.actions.rooms import close_room, enter_room
from rooms.models import Room, RoomSettings
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once
from tests.rooms.ages import aged

pytestmark = pytest.mark.django_db

KEEPS = connection.vendor == "postgresql"


@pytest.fixture
def ada(room):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    return player


@pytest.fixture
def room():
    room = RoomFactory()
    RoomSettings.objects.filter(room=room).update(moderation_level="none")
    return room


def wish(room, player, text="hello", client_id=None):
    return Wish(player.pk, room.channel.uuid, client_id or uuid4(), text)


def say(room, player, text="hello", client_id=None):
    [outcome] = say_together([wish(room, player, text, client_id)])
    return outcome


def code_of(outcome):
    return outcome.code if isinstance(outcome, Exception) else "said"


def change(model, **fields):
    return lambda room, ada: model.objects.filter(**{OWN[model]: (room, ada)[model in PEOPLE]}).update(
        **fields
    )


PEOPLE = {Player, PlayerProfile}
OWN = {Room: "channel__room", RoomSettings: "room", Player: "profile__player", PlayerProfile: "player"}


def mute(room, ada):
    ends = timezone.now() + timedelta(hours=1)
    measure = Measure(
        kind=Sanction.Kind.MUTE, channel=room.channel, reason_code="other", text="Rest.", ends_at=ends
    )
    sanction_automatically(target=ada, measure=measure)


def ban(room, ada):
    SiteBan.objects.create(player=ada, reason="Enough.", starts_at=timezone.now())


def leave(room, ada):
    remove_member(channel=room.channel, player=ada)


def close(room, ada):
    close_room(room=room, now=timezone.now(), reason="owner")


def list_word(room, ada):
    ListedWord.objects.create(word="blimey", list="severe")
    near.forget(WORDS_KEY)


def let_a_minor_in(room, ada):
    list_word(room, ada)
    enter_room(room=room, player=aged(15))


@pytest.mark.parametrize(
    ("happens", "text", "code"),
    [
        (leave, "hello", "not_member"),
        (close, "hello", "not_member"),
        (ban, "hello", "not_member"),
        (change(Player, is_active=False), "hello", "not_member"),
        (mute, "hello", "muted"),
        (change(RoomSettings, refused_words="spoiler"), "a spoiler", "words"),
        (change(RoomSettings, slow_seconds=60), "hello", "slow_mode"),
        (change(RoomSettings, messages_per_minute=1), "hello", "rate"),
        (change(RoomSettings, room_rules="Be kind.", rules_version=2), "hello", "rules"),
        (change(RoomSettings, moderation_level="strict"), "hello", "slow_mode"),
        (let_a_minor_in, "blimey", "words"),
    ],
    ids=[
        "left", "closed", "banned", "deactivated", "muted", "own word", "slow", "rate", "rules", "strict", "a minor",
    ],
)  # fmt: skip
def test_what_has_changed_since_holds_for_the_next_message(room, ada, happens, text, code):
    assert code_of(say(room, ada, "first")) == "said"

    happens(room, ada)

    assert code_of(say(room, ada, text)) == code


def test_a_word_that_is_listed_meanwhile_is_refused(room, ada):
    RoomSettings.objects.filter(room=room).update(moderation_level="normal")
    say(room, ada, "blimey")

    list_word(room, ada)

    assert code_of(say(room, ada, "blimey again")) == "words"


def test_nothing_is_asked_but_whether_everything_is_as_it_was(room, ada, django_assert_num_queries):
    say(room, ada, "one")
    say(room, ada, "two")

    with django_assert_num_queries(1 if KEEPS else 7):
        said = say(room, ada, "three")

    assert (said["message"]["text"], said["dup"]) == ("three", False)


def test_who_has_opened_a_room_is_known_there_before_he_speaks(room, ada, django_assert_num_queries):
    other = PlayerFactory()
    enter_room(room=room, player=other)
    say(room, other)
    with one_reading():
        know_places({ada.pk}, {room.channel.uuid}, timezone.now())

    with django_assert_num_queries(1 if KEEPS else 7):
        assert code_of(say(room, ada)) == "said"


def test_numbers_and_the_log_go_on_without_a_hole(room, ada):
    outcomes = [say(room, ada, text) for text in ("one", "two", "three")]

    events = ChannelEvent.objects.filter(channel=room.channel).order_by("seq")
    head = Channel.objects.get(pk=room.channel_id).last_seq
    assert [outcome["seq"] for outcome in outcomes] == [head - 2, head - 1, head]
    assert list(events.values_list("seq", flat=True)) == list(range(1, head + 1))
    last = events.last()
    assert (last.type, last.actor, last.message.text, last.message.client_id) == (
        "message.created", ada, "three", Message.objects.get(text="three").client_id,
    )  # fmt: skip


def test_the_same_words_count_wherever_they_were_said(room, ada):
    RoomSettings.objects.filter(room=room).update(moderation_level="normal")
    say(room, ada, "hello")
    say(room, ada, "Hello")

    # By another door, such as the API of another process.
    outcomes = [code_of(say(room, ada, "hello"))]
    post_message(channel=room.channel, player=ada, text="good day")
    outcomes += [code_of(say(room, ada, text)) for text in ("good day", "good  day", "good night")]

    assert outcomes == ["repeated", "said", "repeated", "said"]


@pytest.mark.django_db(transaction=True)
def test_the_same_id_is_left_to_who_finds_what_was_said_under_it(room, ada):
    known = uuid4()
    first = say(room, ada, "hello", known)

    assert say(room, ada, "hello", known) is None
    assert first["dup"] is False
    assert Message.objects.filter(player=ada).count() == 1


def test_a_draft_that_was_begun_since_is_gone_once_it_is_said(room, ada):
    say(room, ada, "one")
    keep_draft(player=ada, channel=room.channel, text="tw")

    say(room, ada, "two")

    assert not Draft.objects.exists()


def test_a_new_name_stands_above_the_next_message(room, ada):
    say(room, ada, "one")
    PlayerProfile.objects.filter(player=ada).update(display_name="Ada the Great")

    assert say(room, ada, "two")["message"]["author"]["name"] == "Ada the Great"


def test_a_moderator_who_is_none_any_more_is_treated_as_everybody(room, ada):
    ChannelMember.objects.filter(player=ada, channel=room.channel).update(role="moderator")
    RoomSettings.objects.filter(room=room).update(slow_seconds=60)
    assert [code_of(say(room, ada, text)) for text in ("one", "two")] == ["said", "said"]

    ChannelMember.objects.filter(player=ada, channel=room.channel).update(role="member")

    assert code_of(say(room, ada, "three")) == "slow_mode"


def test_what_can_not_be_said_is_refused_as_ever(room, ada):
    say(room, ada, "one")

    assert isinstance(say(room, ada, "   "), MessageEmpty)
    assert isinstance(say(room, PlayerFactory()), NotMember)


def test_nobody_under_a_measure_is_remembered(room, ada):
    mute(room, ada)

    say(room, ada, "one")

    assert remembered((ada.pk, room.channel.uuid)) is None


@pytest.mark.django_db(transaction=True)
def test_all_who_speak_at_once_get_numbers_of_their_own():
    room = RoomFactory()
    people = PlayerFactory.create_batch(4)
    for player in people:
        enter_room(room=room, player=player)
        say(room, player, "first")

    said = at_once(*(partial(say, room, player, f"at once {player.pk}") for player in people))

    head = Channel.objects.get(pk=room.channel_id).last_seq
    assert sorted(outcome["seq"] for outcome in said) == list(range(head - 3, head + 1))
    assert list(
        ChannelEvent.objects.filter(channel=room.channel).order_by("seq").values_list("seq", flat=True)
    ) == [*range(1, head + 1)]


@pytest.mark.django_db(transaction=True)
def test_one_id_sent_from_several_places_at_once_is_one_message():
    room, player, known = RoomFactory(), PlayerFactory(), uuid4()
    enter_room(room=room, player=player)
    say(room, player, "first")

    said = at_once(*[partial(say, room, player, "once", known)] * 4)

    head = Channel.objects.get(pk=room.channel_id).last_seq
    assert [outcome is None for outcome in said].count(False) <= 1
    assert Message.objects.filter(client_id=known).count() <= 1
    assert ChannelEvent.objects.filter(channel=room.channel).count() == head
