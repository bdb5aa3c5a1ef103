"""A bridge to another messenger posts what people wrote, and gets the character's answers."""

import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.actions import bots
from npcs.actions.bots import KEPT_DAYS, answer, forget_old, tell
from npcs.models import AiCall, AiControl, BotMessage, Budget, Interaction, Memory, ToolUse
from npcs.rules.signatures import is_signed
from padawanforge.kit.work import WorkState
from tests.factories.npcs import (
    AiProviderFactory,
    BotAssignmentFactory,
    KnowledgeItemFactory,
)
from tests.npcs.bridges import ALL, TOKEN, Bridge, signed
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot():
    return BotAssignmentFactory(bot_token=TOKEN, channels=["general", "stars"], permissions=ALL)


@pytest.fixture
def bridge(client, django_capture_on_commit_callbacks):
    """Posts and asks as the program elsewhere does; what it starts is done at once."""
    return Bridge(client, django_capture_on_commit_callbacks)


# --- The talk ------------------------------------------------------------------------------------------------


def test_a_question_is_answered_from_the_notes(bridge, bot):
    KnowledgeItemFactory(
        file__npc=bot.npc, heading="Venus", text="A day on Venus lasts 243 days on Earth. Venus turns slowly."
    )

    posted = bridge.post(bot, id="m1")
    answered = bridge.ask(bot, posted.json()["uuid"]).json()

    assert posted.status_code == 202
    assert posted["Location"] == f"/api/v1/bots/{bot.uuid}/messages/{answered['uuid']}"
    assert (answered["id"], answered["state"]) == ("m1", "done")
    assert "243" in answered["answer"]
    assert answered["engine"]
    assert BotMessage.objects.get().interaction.response == answered["answer"]


def test_the_same_message_again_is_answered_once(bridge, bot):
    first = bridge.post(bot, id="m1").json()
    second = bridge.post(bot, id="m1", text="Something else?").json()

    assert first["uuid"] == second["uuid"]
    assert (BotMessage.objects.count(), Interaction.objects.count()) == (1, 1)


def test_until_it_is_answered_the_state_says_so(client, bot):
    # Nothing is committed here, so no job runs.
    path = reverse("bot-messages", args=[bot.uuid])
    body = json.dumps({"id": "m1", "channel": "general", "author": {"id": "1"}, "text": "Hi"}).encode()

    told = client.post(path, body, content_type="application/json", headers=signed("POST", path, body)).json()

    assert (told["state"], told["answer"], told["engine"]) == ("waiting", None, None)


def test_people_outside_are_nobody_here(bridge, bot):
    bot.npc.function_calling_enabled = True
    bot.npc.save()
    with fake_provider(words=["Hello Zed."]) as server:
        bot.npc.provider = AiProviderFactory(api_endpoint=server.url)
        bot.npc.save()
        bridge.post(bot, text="My dog is called Rex, remember that!")

        request = server.requests[-1]

    row = Interaction.objects.get()
    assert (row.player, row.place) == (None, bot.uuid)
    assert "tools" not in request
    assert not Memory.objects.exists()
    assert not ToolUse.objects.exists()
    assert "1138" not in BotMessage.objects.get().author_key


@pytest.mark.parametrize(
    ("changes", "permissions", "is_known"),
    [
        ({}, ALL, True),
        ({}, ["answer", "direct"], False),
        ({"author": {"id": "2187", "name": "Zed"}}, ALL, False),
        ({"channel": "stars"}, ALL, False),
    ],
)
def test_only_what_the_same_person_said_in_the_same_channel_is_known(
    bridge, bot, changes, permissions, is_known
):
    bot.permissions = permissions
    bot.save()
    with fake_provider(words=["I see."]) as server:
        bot.npc.provider = AiProviderFactory(api_endpoint=server.url)
        bot.npc.save()
        bridge.post(bot, text="I own a red telescope.")
        bridge.post(bot, text="What do I own?", **changes)

        prompt = json.dumps(server.requests[-1])

    assert ("red telescope" in prompt) == is_known


# --- Budgets and the stop switch ---------------------------------------------------------------------------


def test_the_stop_switch_holds_here_too(bridge, bot):
    AiControl.objects.update_or_create(pk=1, defaults={"is_stopped": True})
    with fake_provider() as server:
        bot.npc.provider = AiProviderFactory(api_endpoint=server.url)
        bot.npc.save()
        told = bridge.post(bot).json()

        assert server.requests == []

    assert bridge.ask(bot, told["uuid"]).json()["state"] == "done"
    assert not AiCall.objects.exists()


def test_a_bot_has_a_budget_of_its_own(bridge, bot):
    Budget.objects.create(place=bot.uuid, tokens_per_day=1)
    with fake_provider() as server:
        bot.npc.provider = AiProviderFactory(api_endpoint=server.url)
        bot.npc.save()
        bridge.post(bot)

        assert server.requests == []

    message = BotMessage.objects.get()
    assert message.outcome == Interaction.Outcome.NO_BUDGET
    assert "in this place are used today" in message.answer


# --- Ends ----------------------------------------------------------------------------------------------------


def test_a_bot_that_was_disconnected_before_its_turn_says_nothing(bot):
    message = waiting(bot)
    with fake_provider() as server:
        bot.npc.provider = AiProviderFactory(api_endpoint=server.url)
        bot.npc.save()
        bots.disconnect(npc=bot.npc)
        answer(pk=message.pk)

        assert server.requests == []

    message.refresh_from_db()
    assert (message.state, message.answer) == (WorkState.FAILED, "")


def test_it_is_asked_whether_the_bot_is_still_there(bot):
    now = [0.0]
    should_stop = bots._until_disconnected(bot, clock=lambda: now[0])
    bots.disconnect(npc=bot.npc)
    at_once = should_stop()
    now[0] = bots.LOOK_SECONDS

    assert (at_once, should_stop(), should_stop()) == (False, True, True)


def test_two_workers_answer_once(bot):
    message = waiting(bot)

    answer(pk=message.pk)
    answer(pk=message.pk)

    assert Interaction.objects.count() == 1


def test_what_broke_off_is_not_paid_twice(bot):
    message = waiting(bot)
    BotMessage.objects.claim(message.pk, now=timezone.now())

    bots.give_up(BotMessage.objects.get())

    assert (BotMessage.objects.get().state, Interaction.objects.count()) == (WorkState.FAILED, 0)


def test_after_a_month_nothing_of_it_is_left(bridge, bot):
    bridge.post(bot, text="My secret question?")
    young = waiting(bot)
    BotMessage.objects.exclude(pk=young.pk).update(
        created_at=timezone.now() - timedelta(days=KEPT_DAYS, hours=1)
    )

    forget_old(now=timezone.now())

    assert list(BotMessage.objects.all()) == [young]
    row = Interaction.objects.get()
    assert (row.message, row.response) == ("", "")
    assert row.tokens_in > 0


def test_answers_are_sent_where_the_bridge_waits_signed_with_the_token(bot, monkeypatch):
    bot.webhook_url = "https://bridge.example.org/answers?x=1"
    bot.save()
    sent = []
    monkeypatch.setattr(
        bots.fetch, "post", lambda url, body, *, headers: sent.append((url, body, headers)) or 200
    )
    message = waiting(bot)
    answer(pk=message.pk)

    tell(pk=message.pk)

    [(url, body, headers)] = sent
    assert url == bot.webhook_url
    assert json.loads(body)["state"] == "done"
    assert is_signed(
        headers["X-Padawan-Signature"],
        TOKEN,
        stamp=headers["X-Padawan-Timestamp"],
        now=time.time(),
        method="POST",
        path="/answers",
        body=body,
    )


def test_a_bridge_in_our_own_network_is_never_called(bot, caplog):
    bot.webhook_url = "https://127.0.0.1:9/answers"
    bot.save()
    message = waiting(bot)
    answer(pk=message.pk)

    tell(pk=message.pk)

    assert "did not get the answer" in caplog.text


def waiting(bot):
    return BotMessage.objects.create(
        bot=bot, external_id=uuid4().hex, channel="general", author_key="k", text="How long is a day?"
    )
