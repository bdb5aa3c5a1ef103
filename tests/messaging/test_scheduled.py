"""Messages that are said later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.drafts import keep_draft
from messaging.actions.scheduled import (
    MOST_OPEN,
    AlreadySaid,
    TooManyPlanned,
    WrongMoment,
    call_off,
    change,
    give_up,
    plan,
    say_scheduled,
    send_due,
)
from messaging.models import ChannelMember, Draft, Message, Notification, ScheduledMessage
from messaging.queries.keeping import scheduled_of
from messaging.refusals import MayNotPost
from padawanforge.kit.work import FORGOTTEN_AFTER, WorkState
from tests.factories.players import PlayerFactory

NOW = timezone.now()
DUE = NOW + timedelta(hours=1)
AFTER = DUE + timedelta(seconds=1)


@pytest.fixture
def planned(channel, player):
    return plan(channel=channel, player=player, text="Good morning", due_at=DUE, now=NOW)


def test_a_planned_message_is_said_once_when_it_is_due(planned, player):
    say_scheduled(pk=planned.pk, now=NOW)
    assert not Message.objects.exists()

    say_scheduled(pk=planned.pk, now=AFTER)
    say_scheduled(pk=planned.pk, now=AFTER)

    message = Message.objects.get()
    assert (message.player, message.text, message.client_id) == (player, "Good morning", planned.client_id)
    planned.refresh_from_db()
    assert (planned.state, planned.message) == (WorkState.DONE, message)
    assert scheduled_of(player).rows == []


def test_a_draft_outlives_a_planned_message(planned, channel, player):
    keep_draft(player=player, channel=channel, text="Something else")

    say_scheduled(pk=planned.pk, now=AFTER)

    assert Draft.objects.get().text == "Something else"


def test_a_worker_that_died_after_posting_posts_nothing_twice(planned):
    say_scheduled(pk=planned.pk, now=AFTER)
    ScheduledMessage.objects.update(state=WorkState.RUNNING, lease_until=NOW, message=None)

    say_scheduled(pk=planned.pk, now=AFTER)

    assert Message.objects.count() == 1
    assert ScheduledMessage.objects.get().message == Message.objects.get()


@pytest.mark.django_db(transaction=True)
def test_the_clock_has_said_what_is_due(planned):
    ScheduledMessage.objects.update(due_at=NOW)

    assert send_due(now=timezone.now()) == 1
    assert Message.objects.count() == 1
    assert send_due(now=timezone.now()) == 0


def test_what_waits_is_not_taken_for_forgotten(planned):
    before, after = NOW + timedelta(minutes=30), DUE + timedelta(minutes=1)
    assert not ScheduledMessage.objects.abandoned(before, before - FORGOTTEN_AFTER).exists()
    assert ScheduledMessage.objects.abandoned(after, after - FORGOTTEN_AFTER).exists()


def test_who_left_meanwhile_is_told_that_nothing_was_said(planned, player):
    ChannelMember.objects.all().delete()

    say_scheduled(pk=planned.pk, now=AFTER)

    assert not Message.objects.exists()
    (row,) = scheduled_of(player).rows
    assert (row.state, row.last_error) == (WorkState.FAILED, "You are not in this room.")
    assert Notification.objects.get(recipient=player).message == "You are not in this room."


def test_what_broke_off_too_often_is_told(planned, player):
    give_up(planned)

    assert scheduled_of(player).rows[0].state == WorkState.FAILED
    assert Notification.objects.filter(recipient=player).exists()


@pytest.mark.parametrize("due", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=400)])
def test_the_moment_lies_ahead_within_a_year(channel, player, due):
    with pytest.raises(WrongMoment):
        plan(channel=channel, player=player, text="Hello", due_at=due, now=NOW)


def test_a_stranger_plans_nothing(channel):
    with pytest.raises(MayNotPost):
        plan(channel=channel, player=PlayerFactory(), text="Hello", due_at=DUE, now=NOW)


def test_a_plan_has_an_end(channel, player):
    for n in range(MOST_OPEN):
        plan(channel=channel, player=player, text=str(n), due_at=DUE, now=NOW)

    with pytest.raises(TooManyPlanned, match=str(MOST_OPEN)):
        plan(channel=channel, player=player, text="one more", due_at=DUE, now=NOW)


def test_a_plan_can_be_changed_until_it_is_said(planned):
    later = DUE + timedelta(hours=1)
    change(planned=planned, text="Good evening", due_at=later, now=NOW)

    say_scheduled(pk=planned.pk, now=AFTER)
    assert not Message.objects.exists()
    say_scheduled(pk=planned.pk, now=later)
    assert Message.objects.get().text == "Good evening"
    with pytest.raises(AlreadySaid):
        change(planned=planned, text="Good night", due_at=later + timedelta(hours=1), now=NOW)


def test_a_plan_that_is_called_off_is_not_said(planned):
    call_off(planned=planned)

    say_scheduled(pk=planned.pk, now=AFTER)
    assert not Message.objects.exists()
    with pytest.raises(AlreadySaid):
        call_off(planned=planned)


def test_a_planned_command_does_what_it_says(channel, player):
    planned = plan(channel=channel, player=player, text="/roll 1d6", due_at=DUE, now=NOW)

    say_scheduled(pk=planned.pk, now=AFTER)

    assert Message.objects.get().metadata["command"] == "roll"
