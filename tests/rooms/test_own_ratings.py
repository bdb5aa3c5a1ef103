"""What somebody thought of an answer stands under it when the page comes again."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.actions.ratings import rate_answer
from npcs.models import Interaction
from npcs.queries.ratings import own_ratings
from npcs.rules.ratings import THUMBS, thumb_of
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomNpcFactory(npc__name="Vega").room


@pytest.fixture
def ada(room):
    player = PlayerFactory(username="ada")
    enter_room(room=room, player=player)
    return player


@pytest.fixture
def answer(room, ada, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        say(room=room, player=ada, text="@Vega hello")
    return room.channel.messages.get(npc__name="Vega")


def pressed(client, player, address):
    """The thumbs that the page shows as pressed."""
    client.force_login(player)
    page = client.get(address).content.decode().split("<template", maxsplit=1)[0]
    return re.findall(r'name="thumb" value="(\w+)" aria-pressed="true"', page)


def addresses(room, answer):
    return [
        reverse("rooms:detail", args=[room.slug]),
        reverse("messaging:message", args=[answer.uuid]),
        reverse("messaging:thread", args=[answer.uuid]),
    ]


@pytest.mark.parametrize(("stars", "thumbs"), [(5, ["up"]), (2, ["down"]), (3, []), (None, [])])
def test_the_given_thumb_is_shown_wherever_the_answer_stands(client, room, ada, answer, stars, thumbs):
    rate_answer(message=answer.uuid, player=ada, stars=stars, now=timezone.now())

    assert [pressed(client, ada, address) for address in addresses(room, answer)] == [thumbs] * 3


def test_the_thumb_of_one_is_not_shown_to_another(client, room, ada, answer):
    bob = PlayerFactory()
    enter_room(room=room, player=bob)
    rate_answer(message=answer.uuid, player=ada, stars=5, now=timezone.now())

    assert pressed(client, bob, reverse("rooms:detail", args=[room.slug])) == []


def test_of_several_variants_the_newest_counts(ada, answer):
    first = Interaction.objects.get(answer=answer.uuid)
    rate_answer(message=answer.uuid, player=ada, stars=5, now=timezone.now())
    first.pk, first.satisfaction_rating = None, None
    first.save(force_insert=True)

    assert own_ratings(ada, [answer.uuid]) == {}


def test_a_thumb_is_shown_as_it_was_given():
    assert {thumb: thumb_of(stars) for thumb, stars in THUMBS.items()} == {"up": "up", "down": "down"}
