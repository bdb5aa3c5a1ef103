"""What a player keeps, by programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import Draft, Message, SavedMessage, ScheduledMessage
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

API = "/api/v1"
DUE = (timezone.now() + timedelta(days=1)).isoformat()


@pytest.fixture
def ada(channel):
    player = ChannelMemberFactory(channel=channel, player__username="ada", role="moderator").player
    ApiTokenFactory(player=player, secret="pf_ada")
    return player


@pytest.fixture
def message(channel, player):
    return post_message(channel=channel, player=player, text="Hello @ada").message


def call(client, verb, path, data=None):
    return getattr(client, verb)(API + path, data, content_type="application/json", **bearer("pf_ada"))


def listed(client, path):
    return client.get(API + path, **bearer("pf_ada")).json()


def test_mentions_are_listed(client, ada, message):
    (row,) = listed(client, "/me/mentions")["mentions"]

    assert row["uuid"] == str(message.uuid)


def test_a_message_is_saved_and_forgotten(client, ada, message):
    assert call(client, "put", f"/messages/{message.uuid}/saved", {"note": "Tea"}).status_code == 204
    (row,) = listed(client, "/me/saved")["saved"]
    assert (row["note"], row["message"]["text"]) == ("Tea", "Hello @ada")
    assert call(client, "delete", f"/messages/{message.uuid}/saved").status_code == 204
    assert not SavedMessage.objects.exists()


def test_a_moderator_pins_and_takes_down(client, channel, ada, message):
    assert call(client, "put", f"/messages/{message.uuid}/pin").status_code == 204
    assert [row["is_pinned"] for row in listed(client, f"/channels/{channel.uuid}/pins")["pins"]] == [True]
    assert call(client, "delete", f"/messages/{message.uuid}/pin").status_code == 204
    assert Message.objects.get(pk=message.pk).pinned_at is None


def test_a_draft_is_kept_and_thrown_away(client, channel, ada):
    path = f"/channels/{channel.uuid}"
    assert call(client, "put", f"{path}/draft", {"text": "Dear all"}).status_code == 204
    assert listed(client, f"{path}/drafts") == {"drafts": [{"parent": None, "text": "Dear all"}]}
    call(client, "put", f"{path}/draft", {"text": ""})
    assert not Draft.objects.exists()


def test_a_message_is_planned_changed_and_called_off(client, channel, ada):
    planned = call(client, "post", f"/channels/{channel.uuid}/planned", {"text": "Hi", "due_at": DUE})
    assert planned.status_code == 201
    path = f"/me/planned/{planned.json()['uuid']}"

    assert call(client, "put", path, {"text": "Hello", "due_at": DUE}).json()["text"] == "Hello"
    assert [row["text"] for row in listed(client, "/me/planned")["planned"]] == ["Hello"]
    assert call(client, "delete", path).status_code == 204
    assert not ScheduledMessage.objects.exists()


def test_a_stranger_finds_nothing(client, channel, message):
    ApiTokenFactory(player=PlayerFactory(), secret="pf_ada")

    assert client.get(f"{API}/channels/{channel.uuid}/pins", **bearer("pf_ada")).status_code == 404
    assert call(client, "put", f"/messages/{message.uuid}/saved", {}).status_code == 404
    data = {"text": "Hi", "due_at": DUE}
    assert call(client, "post", f"/channels/{channel.uuid}/planned", data).status_code == 404


def test_direct_messages_need_scopes_of_their_own(client, channel, ada, message):
    channel.kind = "direct"
    channel.save()

    assert call(client, "put", f"/messages/{message.uuid}/pin").status_code == 404
    data = {"text": "Hi", "due_at": DUE}
    assert call(client, "post", f"/channels/{channel.uuid}/planned", data).status_code == 404
