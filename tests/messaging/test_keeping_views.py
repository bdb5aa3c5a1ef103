"""The pages of pins, saved, planned messages and mentions, and what works without a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.pins import pin
from messaging.actions.saved import save
from messaging.actions.scheduled import plan, say_scheduled
from messaging.models import Message, SavedMessage, ScheduledMessage
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import PlayerFactory

SOON = timedelta(hours=2)


@pytest.fixture
def moderator(channel):
    return ChannelMemberFactory(channel=channel, role="moderator").player


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="Keep this").message


@pytest.fixture
def here(client, player):
    client.force_login(player)
    return client


def moment(delta=SOON):
    return timezone.localtime(timezone.now() + delta).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("name", ["mentions", "saved", "scheduled"])
def test_an_empty_list_says_what_would_be_on_it(here, name):
    page = here.get(reverse(f"messaging:{name}"))

    assert page.status_code == 200
    assert 'class="empty' in page.content.decode()


@pytest.mark.parametrize("name", ["mentions", "saved", "scheduled"])
def test_a_cursor_of_ones_own_making_is_not_found(here, name):
    assert here.get(reverse(f"messaging:{name}"), {"after": "x"}).status_code == 404


def test_a_message_is_saved_with_a_note_and_a_reminder(here, message, player):
    here.post(reverse("messaging:message-save", args=[message.uuid]), {"note": "Tea", "remind_at": moment()})

    row = SavedMessage.objects.get(player=player)
    assert row.note == "Tea"
    assert row.remind_at > timezone.now()
    page = here.get(reverse("messaging:saved")).content.decode()
    assert "Your note: Tea" in page
    here.post(reverse("messaging:message-save", args=[message.uuid]), {"forget": "1"})
    assert not SavedMessage.objects.exists()


def test_a_reminder_in_the_past_says_so(here, message):
    page = here.post(
        reverse("messaging:message-save", args=[message.uuid]),
        {"remind_at": moment(-SOON)},
        follow=True,
    )

    assert "still to come" in page.content.decode()
    assert not SavedMessage.objects.exists()


def test_a_stranger_finds_nothing_to_save_or_pin(client, channel, message):
    client.force_login(PlayerFactory())

    for name in ("message-save", "message-pin"):
        assert client.post(reverse(f"messaging:{name}", args=[message.uuid])).status_code == 404
    for name in ("pins", "suggestions", "scheduled-new"):
        assert client.get(reverse(f"messaging:{name}", args=[channel.uuid])).status_code == 404


def test_a_moderator_pins_by_form_and_takes_down(client, channel, message, moderator):
    client.force_login(moderator)
    url = reverse("messaging:message-pin", args=[message.uuid])

    board = client.post(url, follow=True).content.decode()
    assert "Keep this" in board
    assert moderator.name in board
    assert "Nothing is pinned" in client.post(url, {"down": "1"}, follow=True).content.decode()


def test_a_member_is_told_that_he_cannot_pin(here, message):
    page = here.post(reverse("messaging:message-pin", args=[message.uuid]), follow=True).content.decode()

    assert "Only those who moderate" in page
    assert Message.objects.get().pinned_at is None


def test_the_board_costs_the_same_for_one_pin_and_three(here, channel, message, moderator, player):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert here.get(reverse("messaging:pins", args=[channel.uuid])).status_code == 200
        return len(queries)

    pin(message=message, player=moderator, now=timezone.now())
    cost()
    one = cost()
    for text in ("two", f"three @{player.username}"):
        said = post_message(channel=channel, player=moderator, text=text).message
        pin(message=said, player=moderator, now=timezone.now())
    assert cost() == one


@pytest.mark.parametrize("name", ["saved", "mentions", "scheduled"])
def test_a_list_costs_the_same_for_one_and_three(here, channel, player, moderator, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def add(n):
        said = post_message(channel=channel, player=moderator, text=f"{n} @{player.username}").message
        save(message=said, player=player, now=timezone.now())
        due = timezone.now() + SOON
        plan(channel=channel, player=player, text=str(n), due_at=due, now=timezone.now())

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert here.get(reverse(f"messaging:{name}")).status_code == 200
        return len(queries)

    add(1)
    cost()
    one = cost()
    add(2)
    add(3)
    assert cost() == one


def test_a_message_is_planned_changed_and_called_off(here, channel, player):
    here.post(reverse("messaging:scheduled-new", args=[channel.uuid]), {"text": "Hello", "due_at": moment()})
    planned = ScheduledMessage.objects.get(player=player)
    form = here.get(reverse("messaging:scheduled-edit", args=[planned.uuid])).content.decode()
    assert "Hello" in form
    assert timezone.localtime(planned.due_at).strftime("%Y-%m-%dT%H:%M") in form

    here.post(
        reverse("messaging:scheduled-edit", args=[planned.uuid]), {"text": "Bye", "due_at": moment(SOON * 2)}
    )
    assert ScheduledMessage.objects.get().text == "Bye"
    here.post(reverse("messaging:scheduled-call-off", args=[planned.uuid]))
    assert not ScheduledMessage.objects.exists()


def test_a_moment_in_the_past_keeps_what_was_written(here, channel):
    page = here.post(
        reverse("messaging:scheduled-new", args=[channel.uuid]), {"text": "Hello", "due_at": moment(-SOON)}
    )

    assert page.status_code == 422
    assert "still to come" in page.content.decode()
    assert "Hello" in page.content.decode()


def test_who_is_too_late_with_a_change_is_told_and_keeps_his_words(here, channel, player):
    planned = plan(
        channel=channel, player=player, text="Hello", due_at=timezone.now() + SOON, now=timezone.now()
    )
    say_scheduled(pk=planned.pk, now=timezone.now() + SOON)
    edit = reverse("messaging:scheduled-edit", args=[planned.uuid])

    late = here.post(edit, {"text": "My long work.", "due_at": moment(SOON * 2)})
    call = here.post(reverse("messaging:scheduled-call-off", args=[planned.uuid]), follow=True)

    assert late.status_code == 422
    assert "too late to change" in late.content.decode()
    assert "My long work." in late.content.decode()
    assert "too late to call this message off" in call.content.decode()
    assert here.get(edit).status_code == 404


def test_nobody_touches_the_plans_of_others(client, channel, player):
    planned = plan(
        channel=channel, player=player, text="Hello", due_at=timezone.now() + SOON, now=timezone.now()
    )
    client.force_login(ChannelMemberFactory(channel=channel).player)

    assert client.get(reverse("messaging:scheduled-edit", args=[planned.uuid])).status_code == 404
    assert client.post(reverse("messaging:scheduled-call-off", args=[planned.uuid])).status_code == 404


def test_suggestions_come_for_names_and_for_commands(here, channel, moderator):
    url = reverse("messaging:suggestions", args=[channel.uuid])

    names = here.get(url, {"q": moderator.username[:4]}).json()["found"]
    assert {"kind": "player", "insert": f"@{moderator.username} "}.items() <= names[0].items()
    # PostgreSQL refuses such a sign in a text.
    assert here.get(url, {"q": f"\x00{moderator.username[:4]}"}).json()["found"] == names
    (roll,) = here.get(url, {"q": "/ro"}).json()["found"]
    assert (roll["insert"], roll["name"]) == ("/roll ", "/roll 2d6+1")


def test_only_moderators_are_offered_the_call_of_everybody(client, channel, player, moderator):
    url = reverse("messaging:suggestions", args=[channel.uuid])
    for who, offered in ((player, False), (moderator, True)):
        client.force_login(who)
        found = client.get(url, {"q": "her"}).json()["found"]
        assert any(row["kind"] == "here" for row in found) is offered
