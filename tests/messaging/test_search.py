"""Search in what one may read: what is found, and what never is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.direct import write_to
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.actions.replies import reply
from messaging.actions.sides import decline
from messaging.models import Attachment, Channel, DirectState, Message, MessageMention, Poll, SavedMessage
from messaging.permissions import may_read
from messaging.queries.channels import readable_channels
from messaging.queries.search import SearchUnclear, find
from players.actions.relationships import block
from players.models import PlayerProfile
from rooms.actions.rooms import close_room, enter_room, leave_room, open_room
from rooms.actions.talk import say_in_private
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.relationships import befriend

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo():
    return PlayerFactory(username="bo", display_name="Bo the Bold")


@pytest.fixture
def room(ada, bo):
    room = open_room(owner=GameMasterFactory(), name="Red planet")
    for player in (ada, bo):
        enter_room(room=room, player=player)
    return room


def say(room, player, text, **more):
    message = post_message(channel=room.channel, player=player, text=text).message
    if more:
        Message.objects.filter(pk=message.pk).update(**more)
    return message


def found(player, text):
    return [hit.message.text for hit in find(player, text).rows]


def test_what_is_said_in_a_room_is_found_by_its_members_the_newest_first(room, ada, bo):
    say(room, bo, "Dust on Mars")
    say(room, ada, "Iron on Mars")
    say(room, ada, "Rings of Saturn")

    assert found(ada, "mars") == found(bo, "mars") == ["Iron on Mars", "Dust on Mars"]
    assert found(PlayerFactory(), "mars") == []


def test_who_leaves_finds_nothing_there_any_more(room, ada):
    say(room, ada, "Dust on Mars")

    leave_room(room=room, player=ada)

    assert found(ada, "mars") == []


def test_a_closed_room_is_shut_for_the_search_too(room, ada):
    say(room, ada, "Dust on Mars")

    close_room(room=room, now=timezone.now())

    assert found(ada, "mars") == []


def test_hits_name_their_place_and_mark_the_words(room, ada):
    say(room, ada, "The dust of **Mars**")

    (hit,) = find(ada, "mars").rows

    assert (hit.place.title, hit.place.url) == ("Red planet", room.get_absolute_url())
    assert hit.pieces == [("The dust of ", False), ("Mars", True)]


def test_a_changed_message_is_found_by_its_new_words_only(room, ada):
    message = say(room, ada, "Dust on Mars")

    edit_message(message=message, player=ada, text="Rings of Saturn", base_rev=0, now=timezone.now())

    assert (found(ada, "mars"), found(ada, "saturn")) == ([], ["Rings of Saturn"])


def test_deleted_held_and_expired_messages_are_not_found(room, ada):
    delete_message(message=say(room, ada, "Mars one"), player=ada, now=timezone.now())
    say(room, ada, "Mars two", hidden_at=timezone.now())
    say(room, ada, "Mars three", expires_at=timezone.now() - timedelta(seconds=1))
    say(room, ada, "Mars four", expires_at=timezone.now() + timedelta(hours=1))

    assert found(ada, "mars") == ["Mars four"]


def test_whispers_are_found_by_the_two_only(room, ada, bo):
    say(room, ada, "Mars is ours", whisper_to=bo)

    assert found(ada, "mars") == found(bo, "mars") == ["Mars is ours"]
    assert found(room.owner, "mars") == []


def test_a_block_hides_both_ways(room, ada, bo):
    say(room, ada, "Mars by Ada")
    say(room, bo, "Mars by Bo")

    block(player=ada, other=bo)

    assert (found(ada, "mars"), found(bo, "mars")) == (["Mars by Ada"], ["Mars by Bo"])
    with pytest.raises(SearchUnclear, match="Nobody here is called “bo”"):
        find(ada, "mars from:bo")


def test_private_talks_and_conversations_are_found_by_their_people_only(room, ada, bo):
    befriend(ada, bo)
    write_to(player=ada, other=bo, text="Mars between us", now=timezone.now())
    say_in_private(npc=NpcFactory(name="Vega"), player=ada, text="Mars for Vega")

    assert found(ada, "mars") == ["Mars for Vega", "Mars between us"]
    assert found(bo, "mars") == ["Mars between us"]
    assert found(room.owner, "mars") == []
    assert found(ada, 'mars in:"Talk with Vega"') == ["Mars for Vega"]


def test_a_declined_conversation_is_out_of_sight(ada, bo):
    befriend(ada, bo)
    write_to(player=ada, other=bo, text="Mars between us", now=timezone.now())

    decline_now(bo)

    assert (found(ada, "mars"), found(bo, "mars")) == (["Mars between us"], [])


def decline_now(player):
    DirectState.objects.filter(player=player).update(standing=DirectState.Standing.REQUEST)
    decline(state=DirectState.objects.get(player=player), now=timezone.now())


def test_what_one_side_has_put_away_is_gone_for_that_side(ada, bo):
    befriend(ada, bo)
    posted = write_to(player=ada, other=bo, text="Mars of old", now=timezone.now())
    DirectState.objects.filter(player=bo).update(deleted_seq=posted.message.seq)
    write_to(player=ada, other=bo, text="Mars of today", now=timezone.now())

    assert found(bo, "mars") == ["Mars of today"]
    assert found(ada, "mars") == ["Mars of today", "Mars of old"]


def test_every_kind_answers_for_all_channels_as_for_one(room, ada, bo):
    befriend(ada, bo)
    write_to(player=ada, other=bo, text="Hello", now=timezone.now())
    say_in_private(npc=NpcFactory(), player=ada, text="Hello")
    shut = open_room(owner=ada, name="Shut")
    close_room(room=shut, now=timezone.now())
    channels = Channel.objects.filter(members__player=ada)

    readable = {channel.pk for channel in channels if may_read(ada, channel)}

    assert set(readable_channels(ada).values_list("pk", flat=True)) == readable
    assert len(readable) == 3 < len(channels)


NARROWED = {
    "from:me": ["plain"],
    "from:@BO": ["from bo", "see https://example.org"],
    'from:"bo the bold" link': [],
    "from:me from:bo plain": ["plain"],
    "from:bo in:red-planet has:link after:yesterday before:2199-01-01 -mars exa": ["see https://example.org"],
    "has:link": ["see https://example.org"],
    "has:file": ["with a file"],
    "has:image": ["with a picture"],
    "has:poll": ["with a poll"],
    "has:reaction": ["with a sign"],
    "is:pinned": ["pinned"],
    "is:mention": ["about ada"],
    "is:saved": ["saved"],
    "is:thread": ["an answer"],
    "before:yesterday": ["long ago"],
    "after:today from:bo": ["from bo", "see https://example.org"],
    "on:2020-02-02": ["long ago"],
    'in:"red planet" plain': ["plain"],
    "in:red-planet plain": ["plain"],
    "with -file -poll -sign": ["with a picture"],
    '"a file"': ["with a file"],
    "fil": ["with a file"],
}


def test_operators_narrow_the_search(room, ada, bo):
    keeper = room.owner
    say(room, ada, "plain")
    say(room, bo, "see https://example.org")
    say(room, bo, "from bo")
    for kind, text in (("file", "with a file"), ("image", "with a picture")):
        file = {"owner": keeper, "channel": room.channel, "kind": kind, "state": "ready", "name": "x"}
        Attachment.objects.create(message=say(room, None, text), **file)
    Poll.objects.create(message=say(room, None, "with a poll"), question="?")
    say(room, None, "with a sign", reaction_counts=[{"emoji": "👍", "count": 1}])
    say(room, None, "pinned", pinned_at=timezone.now(), pinned_by=keeper)
    mention = {"kind": "player", "start": 0, "length": 1}
    MessageMention.objects.create(message=say(room, None, "about ada"), player=ada, **mention)
    MessageMention.objects.create(message=say(room, None, "about bo"), player=bo, **mention)
    SavedMessage.objects.create(message=say(room, None, "saved"), player=ada)
    reply(parent=say(room, None, "a question"), player=keeper, text="an answer")
    say(room, None, "long ago", sent_at=timezone.now().replace(year=2020, month=2, day=2))

    assert {query: found(ada, query) for query in NARROWED} == NARROWED


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("colour:red", "no colour: here"),
        ("in:attic mars", "called “attic”"),
        ("-mars", "at least one word"),
        ("from:Zoe mars", "Nobody here is called “Zoe”"),
        ("from:ada from:zoe", "Nobody here is called “zoe”"),
    ],
)
def test_an_unclear_search_is_not_run_but_explained(room, ada, query, hint):
    with pytest.raises(SearchUnclear, match=hint):
        find(ada, query)


def test_authors_are_found_by_whatever_letters_their_names_begin_with(room, bo):
    PlayerProfile.objects.filter(player=bo).update(display_name="Örjan Ask")
    npc = NpcFactory(name="Émile", slug="emile")
    say(room, bo, "by a player")
    say(room, None, "by a character", npc=npc, type=Message.Type.NPC)

    assert found(bo, 'from:"Örjan Ask"') == found(bo, 'from:"örjan ask"') == ["by a player"]
    assert found(bo, "from:Émile") == found(bo, "from:émile") == found(bo, "from:EMILE") == ["by a character"]


def test_pages_go_on_where_the_last_one_ended(room, ada):
    for number in range(5):
        say(room, ada, f"mars {number}")

    first = find(ada, "mars", limit=3)
    say(room, ada, "mars meanwhile")
    second = find(ada, "mars", cursor=first.after, limit=3)

    texts = [hit.message.text for hit in [*first.rows, *second.rows]]
    assert texts == [f"mars {number}" for number in (4, 3, 2, 1, 0)]
    assert second.after == ""


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_the_same_however_much_it_finds(ada, django_assert_num_queries, count):
    for number in range(count):
        place = open_room(owner=GameMasterFactory(), name=f"Room {number}")
        enter_room(room=place, player=ada)
        say(place, PlayerFactory(), f"mars {number}")
    player = type(ada).objects.get(pk=ada.pk)

    # PostgreSQL walks back first, and asks the index then.
    with django_assert_num_queries(9 if connection.vendor == "postgresql" else 7):
        hits = find(player, "mars")

    assert len(hits.rows) == count
