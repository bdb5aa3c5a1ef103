"""Who may knock as a bot, and what it may bring."""

import json
import time
from uuid import uuid4

import pytest
from django.urls import reverse

from npcs.actions.bots import A_MINUTE_EACH
from npcs.models import BotMessage
from npcs.rules.signatures import WINDOW_SECONDS, is_signed
from tests.factories.npcs import BotAssignmentFactory
from tests.npcs.bridges import ALL, TOKEN, Bridge, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot():
    return BotAssignmentFactory(bot_token=TOKEN, channels=["general", "stars"], permissions=ALL)


@pytest.fixture
def bridge(client, django_capture_on_commit_callbacks):
    """Posts and asks as the program elsewhere does; what it starts is done at once."""
    return Bridge(client, django_capture_on_commit_callbacks)


# --- Who may knock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "about",
    [
        {"token": "another-token-0123456789"},
        {"moment": int(time.time()) - WINDOW_SECONDS - 60},
        {"moment": int(time.time()) + WINDOW_SECONDS + 600},
    ],
)
def test_what_is_signed_wrongly_or_long_ago_is_refused(bridge, bot, about):
    answers = [bridge.post(bot, **about), bridge.ask(bot, uuid4(), **about)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "not_signed")] * 2
    assert not BotMessage.objects.exists()


def test_a_signature_fits_one_body_and_one_bot_only(client, bot):
    other = BotAssignmentFactory(bot_token=TOKEN, channels=["general"], permissions=ALL)
    path = reverse("bot-messages", args=[bot.uuid])
    body = json.dumps({"id": "1", "channel": "general", "author": {"id": "1"}, "text": "Hi"}).encode()
    headers = signed("POST", path, body)

    def post(where, what):
        return client.post(where, what, content_type="application/json", headers=headers).status_code

    assert post(path, body.replace(b"Hi", b"Ho")) == 401
    assert post(reverse("bot-messages", args=[other.uuid]), body) == 401
    assert post(path, body) == 202


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "9" * 40, "²"])
def test_a_moment_that_is_none_is_refused(stamp):
    assert not is_signed("sha256=00", TOKEN, stamp=stamp, now=time.time(), method="GET", path="/", body=b"")
    assert not is_signed("Grüße", TOKEN, stamp="0", now=0.0, method="GET", path="/", body=b"")


def test_bots_that_are_off_gone_or_unknown_look_like_a_wrong_signature(bridge, bot):
    bot.is_active = False
    bot.save()

    refusals = [bridge.post(bot), bridge.post(BotAssignmentFactory.build())]

    assert {(answer.status_code, answer.content) for answer in refusals} == {(401, refusals[0].content)}


def test_what_the_table_holds_is_no_token(bridge, bot):
    """As after a change of the SECRET_KEY, when the field gives what is stored."""
    sealed = "gAAAAABsealed-with-another-key"
    bot.bot_token = sealed
    bot.save()

    assert bridge.post(bot, token=sealed).status_code == 401


def test_a_bot_reads_its_own_messages_only(bridge, bot):
    other = BotAssignmentFactory(bot_token=TOKEN, channels=["general"], permissions=ALL)
    message = bridge.post(other).json()["uuid"]

    assert bridge.ask(bot, message).status_code == 404
    assert bridge.ask(other, message).status_code == 200


# --- What it may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permissions", "channel", "code"),
    [
        (ALL, "secret", "channel"),
        (["direct"], "general", "permission"),
        (["answer"], "", "permission"),
        ([], "general", "permission"),
    ],
)
def test_channels_and_permissions_that_are_not_named_are_closed(bridge, bot, permissions, channel, code):
    bot.permissions = permissions
    bot.save()

    answer = bridge.post(bot, channel=channel)

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert not BotMessage.objects.exists()


def test_who_may_writes_to_the_bot_alone(bridge, bot):
    assert bridge.post(bot, channel="").status_code == 202


def test_a_character_that_rests_hears_nothing(bridge, bot):
    bot.npc.is_active = False
    bot.npc.save()

    assert bridge.post(bot).json()["code"] == "rests"


def test_one_person_does_not_take_the_answers_of_all(bridge, bot):
    answers = [bridge.post(bot) for _ in range(A_MINUTE_EACH + 1)]
    other = bridge.post(bot, author={"id": "2187"})

    assert [answer.status_code for answer in answers] == [202] * A_MINUTE_EACH + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert other.status_code == 202


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]", b'"text"', b"[" * 5000])
def test_what_is_no_message_is_refused(bridge, bot, body):
    answer = bridge.post(bot, body=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_body_that_is_too_big_is_refused(bridge, bot):
    assert bridge.post(bot, text="x" * 40_000).status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"author": "Zed"}, "author.id"),
        ({"text": "\u200b"}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"channel": "x" * 101}, "channel"),
    ],
)
def test_wrong_values_are_named(bridge, bot, changes, field):
    answer = bridge.post(bot, **changes)

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]


def test_lone_surrogates_reach_no_database(bridge, bot):
    body = b'{"id": "1\\ud800", "channel": "general", "author": {"id": "1"}, "text": "Hi\\ud800!"}'

    assert bridge.post(bot, body=body).status_code == 202
    assert BotMessage.objects.get().text == "Hi!"
