"""Characters that moderate: they warn and mute a little, and people look at it again."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.checks import Refused
from messaging.models import Case, Message, Notification, Refusal, Report, Sanction
from rooms.actions.moderators import step_in
from rooms.actions.rooms import enter_room
from rooms.models import RoomSettings
from rooms.rules.moderators import STEPS
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def room():
    room = RoomFactory(settings__refused_words="spoiler", settings__moderation_level="none")
    RoomNpcFactory(room=room, npc__name="Warden", role="moderator")
    return room


def enter(room, factory=PlayerFactory, role="member"):
    player = factory(display_name="Bo")
    enter_room(room=room, player=player)
    room.channel.members.filter(player=player).update(role=role)
    return player


@pytest.fixture
def offend(room, django_capture_on_commit_callbacks):
    """Write a word that is refused, at that minute; whether it was refused for the word."""

    def offend(player, minute, text="a spoiler"):
        with (
            time_machine.travel(NOON + timedelta(minutes=minute), tick=False),
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(Refused) as refusal,
        ):
            post_message(channel=room.channel, player=player, text=f"{text} {minute}")
        return refusal.value.rule

    return offend


def measures():
    rows = Sanction.objects.order_by("pk")
    return [(row.kind, row.ends_at and (row.ends_at - row.starts_at).seconds // 60) for row in rows]


def lines():
    return list(Message.objects.filter(type="npc").order_by("seq").values_list("text", flat=True))


def test_the_second_refusal_brings_a_warning_in_the_name_of_the_character(room, offend):
    player, npc = enter(room), room.npcs.get().npc
    offend(player, 0)
    after_one = measures()
    offend(player, 1)

    row, case = Sanction.objects.get(), Case.objects.get()
    assert (after_one, measures()) == ([], [("warning", None)])
    assert (row.rule, row.issued_by, row.channel, row.case) == (f"npc:{npc.uuid}", None, room.channel, case)
    assert row.text_to_target.startswith("Warden, the character that moderates the room, asks you to keep")
    assert (case.state, case.target, case.snapshot["refused"]) == ("open", player, "a spoiler 1")
    assert "Warden, a character, acted" in Report.objects.get().text
    assert lines() == ["Some messages were refused just now. Please keep to the rules of this room."]


def test_who_goes_on_gets_breaks_that_are_never_longer_than_ten_minutes(room, offend):
    player = enter(room)

    rules = [offend(player, minute) for minute in (0, 1, 2, 3, 4, 9, 10, 11, 22, 23)]

    assert measures() == [("warning", None), ("mute", 5), ("mute", 10), ("mute", 10)]
    assert rules[4] == "muted"
    assert "Somebody has a break of 5 minutes now" in lines()[1]
    # All of it is one case, as long as nobody has decided it.
    assert (Case.objects.count(), Case.objects.get().report_count) == (1, 4)
    assert max(minutes for _, minutes in STEPS) == 10


def test_nobody_is_named_in_the_room_and_the_player_is_told(room, offend):
    player = enter(room)
    for minute in range(4):
        offend(player, minute)

    assert [text for text in lines() if "Bo" in text or player.username in text] == []
    assert Notification.objects.filter(recipient=player, title__startswith="Mute").count() == 1


def test_refusals_far_apart_bring_nothing(room, offend):
    player = enter(room)

    for minute in (0, 11, 22):
        offend(player, minute)

    assert measures() == []


@pytest.mark.parametrize(
    ("factory", "role"),
    [(PlayerFactory, "owner"), (PlayerFactory, "moderator"), (GameMasterFactory, "member")],
)
def test_who_moderates_is_left_alone(room, offend, factory, role):
    player = enter(room, factory, role)

    for minute in range(4):
        offend(player, minute)

    assert (measures(), lines()) == ([], [])


@pytest.mark.parametrize("fields", [{"role": "tutor"}, {"is_active": False}, {"npc__is_active": False}])
def test_only_a_moderator_that_is_there_moderates(room, offend, fields):
    player, place = enter(room), room.npcs.get()
    if "npc__is_active" in fields:
        place.npc.is_active = False
        place.npc.save()
    else:
        room.npcs.update(**fields)

    for minute in range(4):
        offend(player, minute)

    assert measures() == []


def test_where_characters_are_silent_it_acts_without_a_word(room, offend):
    RoomSettings.objects.update(npcs_speak="never")
    player = enter(room)

    for minute in range(2):
        offend(player, minute)

    assert (measures(), lines()) == ([("warning", None)], [])


def test_what_the_rules_of_the_level_have_muted_is_not_muted_again(room, offend):
    RoomSettings.objects.update(moderation_level="normal")
    player = enter(room)

    for _ in range(3):
        offend(player, 0)

    assert measures() == [("warning", None), ("mute", 5)]
    assert Sanction.objects.last().rule == "strikes"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_bring_one_warning(room):
    player = enter(room)
    for number in range(2):
        Refusal.objects.create(
            player=player, channel=room.channel, rule="own", fingerprint=str(number), created_at=NOON
        )
    look = partial(step_in, player=player, channel=room.channel, text="x", rule="own", now=NOON)

    with time_machine.travel(NOON, tick=False):
        taken = at_once(look, look)

    assert sorted(row is None for row in taken) == [False, True]
    assert measures() == [("warning", None)]
