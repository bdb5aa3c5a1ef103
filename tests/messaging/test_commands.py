"""What can be said with a slash."""

from random import Random
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging import commands, kinds
from messaging.actions.commands import CommandNotUnderstood
from messaging.actions.direct_letter import Letter
from messaging.actions.edits import ThrowStays, edit_message
from messaging.actions.speaking import UnknownCommand, speak
from messaging.commands import Told
from messaging.models import Message
from messaging.rules import dice


def say(channel, player, text, **more):
    return speak(channel=channel, player=player, text=text, **more)


@pytest.fixture
def without_commands(monkeypatch):
    from dataclasses import replace

    off = replace(kinds.get("test"), allows=lambda channel, feature: False)
    monkeypatch.setitem(kinds._kinds, "test", off)


@pytest.mark.parametrize(
    ("text", "dice_"),
    [
        ("2d6+1", dice.Dice(2, 6, 1)),
        ("d20", dice.Dice(1, 20)),
        ("3W8 - 2", dice.Dice(3, 8, -2)),
        ("0d6", None),
        ("21d6", None),
        ("1d1", None),
        ("1d1001", None),
        ("2d6+1001", None),
        ("two dice", None),
    ],
)
def test_dice_are_written_with_a_d(text, dice_):
    assert dice.read(text) == dice_


def test_a_throw_shows_every_die():
    throw = dice.throw(dice.Dice(2, 6, 1), Random(1))

    assert dice.told(throw) == f"2d6+1: **{sum(throw.rolls) + 1}** ({throw.rolls[0]} + {throw.rolls[1]} + 1)"


def test_every_side_falls_about_equally_often():
    chance = Random(7)
    rolls = [dice.throw(dice.Dice(1, 6), chance).total for _ in range(6000)]

    assert {rolls.count(side) // 100 for side in range(1, 7)} <= {9, 10}


@pytest.mark.parametrize("text", ["/usr/bin/python is here", "//roll", "no /roll", "1/2"])
def test_a_slash_in_plain_text_is_no_command(text):
    assert commands.read(text) is None


def test_roll_posts_what_the_server_threw(channel, player):
    message = say(channel, player, "/roll 2d6+1").message

    thrown = message.metadata["dice"]
    assert (message.player, message.metadata["command"]) == (player, "roll")
    assert thrown["total"] == sum(thrown["rolls"]) + 1
    assert message.text.startswith(f"2d6+1: **{thrown['total']}**")


def test_a_repeated_roll_is_thrown_once(channel, player):
    cid = uuid4()
    first = say(channel, player, "/roll 20d1000", client_id=cid)
    again = say(channel, player, "/roll 20d1000", client_id=cid)

    assert (again.is_duplicate, again.message.text) == (True, first.message.text)
    assert Message.objects.count() == 1


def test_what_the_dice_showed_cannot_be_changed(channel, player):
    message = say(channel, player, "/roll").message

    with pytest.raises(ThrowStays):
        edit_message(message=message, player=player, text="6", base_rev=0, now=timezone.now())


def test_me_keeps_the_words_and_says_how_they_are_meant(channel, player):
    message = say(channel, player, "/me waves").message

    assert (message.text, message.metadata["command"]) == ("waves", "me")


def test_two_slashes_write_one(channel, player):
    assert say(channel, player, "//roll 2d6").message.text == "/roll 2d6"


def test_an_unknown_command_is_refused_and_stores_nothing(channel, player):
    with pytest.raises(UnknownCommand, match="There is no command /dance"):
        say(channel, player, "/dance")
    assert not Message.objects.exists()


def test_a_roll_that_nobody_understands_says_how_to_write_it(channel, player):
    with pytest.raises(CommandNotUnderstood, match="/roll 2d6"):
        say(channel, player, "/roll many")


def test_where_commands_are_off_they_are_refused(channel, player, without_commands):
    with pytest.raises(UnknownCommand, match="switched off"):
        say(channel, player, "/roll")
    assert say(channel, player, "//roll").message.text == "/roll"


def test_help_answers_the_asker_alone(channel, player):
    told = say(channel, player, "/help")

    assert isinstance(told, Told)
    assert "/roll 2d6+1: Throws dice" in told.text
    assert not Message.objects.exists()


def test_help_lists_only_what_one_may_use(channel, player, without_commands):
    names = [command.name for command in commands.allowed_to(player, channel)]

    assert "roll" in names
    assert "whisper" not in names


def test_a_command_under_a_message_answers_it(channel, player):
    root = say(channel, player, "Who throws?").message
    first = say(channel, player, "I", parent=root).message

    answer = say(channel, player, "/shrug", parent=first).message

    assert (answer.parent, answer.root, answer.thread_depth) == (first, root, 2)


def test_a_command_that_should_disappear_is_refused_instead_of_kept(channel, player):
    with pytest.raises(UnknownCommand, match="an end"):
        say(channel, player, "/me leaves no trace", letter=Letter(lasts=60))

    assert not Message.objects.exists()
