"""Changing what was chosen for a room; and the features that can be switched off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.features import SwitchedOff
from messaging.actions.messages import post_message
from messaging.actions.polls import ask
from messaging.actions.reactions import react
from messaging.actions.whispers import WhisperRefused, whisper
from messaging.models import ChannelEvent
from messaging.permissions import may_use
from messaging.rules.polls import Question
from players.models import AuditEntry
from rooms.actions.rooms import RoomFull, enter_room
from rooms.actions.settings import LevelTooLow, RoomTooSmall, SettingRefused, change_settings
from rooms.models import Room, RoomSettings
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomFactory(name="Hall", max_players=10)


@pytest.fixture
def owner(room):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    room.channel.members.update(role="owner")
    ChannelEvent.objects.all().delete()
    return player


def change(room, by=None, **values):
    return change_settings(room=room, by=by, values=values)


@pytest.mark.parametrize("feature", ["attachments", "commands", "polls", "reactions", "whispers"])
def test_a_feature_is_on_until_the_room_switches_it_off(room, feature):
    before = may_use(room.channel, feature)
    change(room, **{f"allow_{feature}": False})

    assert (before, may_use(room.channel, feature)) == (True, False)


def test_nobody_switches_off_what_there_is_not(room):
    with pytest.raises(ValueError, match="flying"):
        may_use(room.channel, "flying")


def test_without_reactions_none_is_set_but_old_ones_may_be_taken_back(room, owner):
    message = post_message(channel=room.channel, player=owner, text="hello").message
    react(message=message, player=owner, emoji="👍", on=True)
    change(room, allow_reactions=False)

    with pytest.raises(SwitchedOff, match="switched off"):
        react(message=message, player=owner, emoji="🔥", on=True)

    assert react(message=message, player=owner, emoji="👍", on=False).reaction_counts == []


def test_without_polls_none_is_held(room, owner):
    change(room, allow_polls=False)

    with pytest.raises(SwitchedOff, match="switched off"):
        ask(channel=room.channel, player=owner, question=Question("Tea?", ("Yes", "No")), now=timezone.now())


def test_without_whispers_nobody_whispers(room, owner):
    other = PlayerFactory()
    enter_room(room=room, player=other)
    whisper(channel=room.channel, player=owner, to=other, text="psst")
    change(room, allow_whispers=False)

    with pytest.raises(WhisperRefused, match="can't whisper here"):
        whisper(channel=room.channel, player=owner, to=other, text="psst")


def test_a_change_is_told_to_the_room_and_written_down(room, owner):
    changed = change(room, owner, name="Great hall", theme="forest", slow_seconds=5, tags=["Deep Space"])

    event, entry = ChannelEvent.objects.get(), AuditEntry.objects.get(verb="room.changed")
    room.refresh_from_db()
    assert changed == ["name", "theme", "slow_seconds", "tags"]
    assert (room.name, room.settings.theme, room.tags.get().name) == ("Great hall", "forest", "deep-space")
    assert (event.type, event.actor, event.payload["changed"]) == ("room.updated", owner, changed)
    assert (event.payload["name"], event.payload["theme"]) == ("Great hall", "forest")
    assert (entry.actor_uuid, entry.before, entry.after) == (
        owner.uuid,
        {"theme": "plain", "slow_seconds": 0},
        {"theme": "forest", "slow_seconds": 5, "changed": changed},
    )


def test_what_is_the_same_is_no_change(room, owner):
    change(room, owner, room_rules="Be kind.\nAlways.", tags=["sky"])

    assert change(room, owner, room_rules="Be kind.\r\nAlways.", tags=["sky"], theme="plain") == []
    assert ChannelEvent.objects.count() == 1


def test_other_rules_are_to_be_accepted_again_and_nothing_else_is(room):
    versions = []
    for values in ({"room_rules": "Be kind."}, {"welcome_message": "Hi"}, {"room_rules": "Be kinder."}):
        change(room, **values)
        versions.append(RoomSettings.objects.get().rules_version)

    assert versions == [2, 2, 3]


def test_a_room_keeps_places_for_everybody_in_it(room):
    for player in PlayerFactory.create_batch(3):
        enter_room(room=room, player=player)

    with pytest.raises(RoomTooSmall, match="3 people are in the room"):
        change(room, max_players=2)

    assert change(room, max_players=3) == ["max_players"]
    with pytest.raises(RoomFull):
        enter_room(room=room, player=PlayerFactory())


@pytest.mark.parametrize(("age", "floor", "too_low"), [(15, "normal", "light"), (11, "strict", "normal")])
def test_a_room_is_not_moderated_less_than_its_youngest_needs(room, age, floor, too_low):
    player = PlayerFactory()
    enter_room(room=room, player=player)
    player.personal_info.date_of_birth = timezone.localdate() - timedelta(days=366 * age + 30)
    player.personal_info.save()

    with pytest.raises(LevelTooLow, match=f"at least at the level “{floor}”"):
        change(room, moderation_level=too_low if too_low != "light" else "none")

    change(room, moderation_level=floor)
    assert RoomSettings.objects.get().moderation_level == floor


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "\u200b"),
        ("max_players", 1),
        ("theme", "neon"),
        ("slow_seconds", 21_601),
        ("messages_per_minute", 0),
        ("npc_pause_seconds", 3601),
        ("max_idle_time", 3651),
        ("welcome_message", "x" * 1001),
        ("refused_words", "two words"),
        ("refused_words", "\n".join(f"w{n}" for n in range(201))),
        ("visibility", "secret"),
    ],
)
def test_what_can_not_be_is_refused_with_the_name_of_the_setting(room, field, value):
    with pytest.raises(SettingRefused) as refusal:
        change(room, **{field: value})

    assert refusal.value.field == field
    assert not ChannelEvent.objects.exists()


def test_refused_words_are_kept_once_each(room):
    change(room, refused_words="Spoiler\r\n\r\n  spoiler \nEnding")

    assert RoomSettings.objects.get().refused_words == "spoiler\nending"


@pytest.mark.django_db(transaction=True)
def test_a_room_that_shrinks_while_people_enter_is_never_over_full(room):
    enter_room(room=room, player=PlayerFactory())
    tries = [lambda p=p: enter_room(room=Room.objects.get(), player=p) for p in PlayerFactory.create_batch(3)]

    at_once(*tries, lambda: change(room, max_players=2))

    after = Room.objects.get()
    assert after.current_players == after.channel.members.count()
    assert after.current_players <= after.max_players
