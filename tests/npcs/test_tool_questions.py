"""A tool that asks first: the card and the page on which the player says yes or no."""

import pytest
from django.urls import reverse

from messaging.models import Message
from npcs.actions.sections import Place
from npcs.actions.tools import decide
from npcs.models import Memory, MemoryPolicy, ToolUse
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(ask, client):
    _, _, npc, player = ask(("remember", {"text": "Ada likes tea."}))
    MemoryPolicy.objects.create(npc=npc, is_on=True)
    client.force_login(player)
    return ToolUse.objects.get()


def test_the_page_without_script_asks_and_takes_the_answer(asked, client, django_capture_on_commit_callbacks):
    page = client.get(reverse("npcs:ask", args=[asked.uuid])).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("npcs:ask-decide", args=[asked.uuid]), {"answer": "yes"})
    answer = client.get(reverse("npcs:ask", args=[asked.uuid]))

    assert "Remember this about you: “Ada likes tea.”?" in page
    assert "It is remembered." in answer.content.decode()
    assert Memory.objects.filter(text="Ada likes tea.").count() == 1


def test_a_no_is_a_no(asked, client):
    page = client.post(
        reverse("npcs:ask-decide", args=[asked.uuid]), {"answer": "no"}, headers={"HX-Request": "true"}
    )

    assert "Declined by the player" in page.content.decode()
    assert not Memory.objects.exists()


def test_nobody_else_answers_or_reads_what_it_is_about(asked, client):
    client.force_login(PlayerFactory())

    card = client.get(reverse("npcs:ask-card", args=[asked.uuid])).content.decode()
    decided = client.post(reverse("npcs:ask-decide", args=[asked.uuid]), {"answer": "yes"})

    assert "Somebody else is asked here." in card
    assert "tea" not in card
    assert decided.status_code == 404
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_what_came_of_it_is_said_where_it_was_asked(ask, django_capture_on_commit_callbacks):
    room = RoomFactory()
    place = Place("room", room.channel.uuid, "room")
    _, _, npc, player = ask(("remember", {"text": "Ada likes tea."}), place=place)
    MemoryPolicy.objects.create(npc=npc, is_on=True)

    with django_capture_on_commit_callbacks(execute=True):
        decide(use=ToolUse.objects.get(), player=player, is_allowed=True)

    message = Message.objects.get(npc=npc)
    assert (message.channel, message.text) == (room.channel, "It is remembered.")


def test_what_was_taken_back_is_not_said_to_be_done(asked, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("npcs:ask-decide", args=[asked.uuid]), {"answer": "yes"})
    client.post(reverse("npcs:ask-undo", args=[asked.uuid]))

    card = client.get(reverse("npcs:ask-card", args=[asked.uuid])).content.decode()

    assert "Undone" in card
    assert "It is remembered." not in card
