import random

import pytest

from messaging.actions.channels import add_member, remove_member
from messaging.actions.messages import post_message, record_event
from messaging.models import Channel, Message
from messaging.queries import (
    author_data,
    logged_after,
    members,
    message_data,
    messages_before,
    person_data,
    recent_messages,
)
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory


def test_messages_are_paged_by_number_and_come_oldest_first(channel, player):
    for number in range(1, 8):
        post_message(channel=channel, player=player, text=f"message {number}")

    last = recent_messages(channel, limit=3)
    before = messages_before(channel, last[0].seq, limit=3)

    assert [message.seq for message in last] == [5, 6, 7]
    assert [message.seq for message in before] == [2, 3, 4]


@pytest.mark.parametrize("count", [1, 3])
def test_reading_costs_the_same_however_much_was_said(channel, django_assert_num_queries, count):
    authors = PlayerFactory.create_batch(count)
    for author in authors:
        post_message(channel=channel, player=author, text="hello")
        post_message(channel=channel, npc=NpcFactory(), text="hello")

    # Two each: what was said, and whom it calls.
    with django_assert_num_queries(4):
        shown = [message_data(message) for message in recent_messages(channel)]
        told = [line.data["message"] for line in logged_after(channel.pk, 0)]

    assert shown == told
    assert [m["author"]["name"] for m in shown[::2]] == [author.username for author in authors]


def test_a_characters_answer_carries_its_draft_engine_and_sources(channel):
    npc = NpcFactory(name="Vega", slug="vega")
    source = {"n": 1, "title": "The sky", "heading": "Stars", "url": "/characters/vega/passages/1/"}
    metadata = {"draft": "d1", "engine": "Built-in engine", "sources": [source], "secret": "not told"}

    post_message(channel=channel, npc=npc, text="Look **up**. <script>x</script>", metadata=metadata)

    data = logged_after(channel.pk, 0)[0].data["message"]
    assert data["author"] == author_data(Message.objects.with_authors().get())
    assert (data["draft"], data["engine"], data["sources"]) == ("d1", "Built-in engine", [source])
    assert "secret" not in data
    assert data["html"] == "<p>Look <strong>up</strong>. &lt;script&gt;x&lt;/script&gt;</p>\n"


def test_the_system_has_no_name(channel):
    post_message(channel=channel, text="The forge opens.")

    data = logged_after(channel.pk, 0)[0].data["message"]

    assert (data["type"], data["author"]["kind"], data["author"]["name"]) == ("system", "system", "")


def snapshot(channel):
    return {
        "messages": [message_data(message) for message in recent_messages(channel, limit=1000)],
        "members": sorted(str(member.player.uuid) for member in members(channel)),
    }


def applied(state, lines):
    """What a client makes of the events; applying one twice changes nothing."""
    messages = {message["uuid"]: message for message in state["messages"]}
    people = set(state["members"])
    for line in lines:
        if line.type == "message.created":
            messages[line.data["message"]["uuid"]] = line.data["message"]
        elif line.type == "member.joined":
            people.add(line.data["player"]["uuid"])
        elif line.type == "member.left":
            people.discard(line.data["player"]["uuid"])
    return {
        "messages": sorted(messages.values(), key=lambda message: message["seq"]),
        "members": sorted(people),
    }


@pytest.mark.parametrize("seed", range(8))
def test_snapshot_and_events_make_the_next_snapshot(channel, seed):
    chance = random.Random(seed)
    players = PlayerFactory.create_batch(3)
    actions = [
        lambda: post_message(channel=channel, player=chance.choice(players), text=f"say {chance.random()}"),
        lambda: post_message(channel=channel, text="The system says"),
        lambda: add_member(channel=channel, player=chance.choice(players)),
        lambda: remove_member(channel=channel, player=chance.choice(players)),
        lambda: record_event(channel=channel, type="session.opened", payload={"session": "s"}),
    ]
    for _ in range(15):
        chance.choice(actions)()
    before, seq = snapshot(channel), Channel.objects.get(pk=channel.pk).last_seq

    for _ in range(25):
        chance.choice(actions)()

    lines = logged_after(channel.pk, seq)
    assert applied(before, lines) == snapshot(channel)
    assert applied(before, [*lines[:10], *lines]) == snapshot(channel)


def test_a_person_is_told_by_name_address_and_colour(player):
    assert person_data(player) == {
        "uuid": str(player.uuid),
        "name": player.username,
        "url": f"/players/{player.username}/",
        "avatar_url": "",
        "colour": player.pk % 8,
    }
