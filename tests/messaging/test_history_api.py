"""Search, history and threads for programs."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.actions.messages import post_message
from messaging.actions.replies import reply
from messaging.models import ThreadFollow
from messaging.queries.search import find
from rooms.actions.rooms import enter_room, open_room
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada")
    ApiTokenFactory(player=player, secret="pf_ada")
    return player


@pytest.fixture
def hall(ada):
    room = open_room(owner=GameMasterFactory(), name="Hall")
    enter_room(room=room, player=ada)
    return room


@pytest.fixture
def asked(client):
    def ask(path, **query):
        response = client.get(f"/api/v1{path}", query, **bearer("pf_ada"))
        return response.json() if response.status_code == 200 else response.status_code

    return ask


def said(room, text, player=None):
    return post_message(channel=room.channel, player=player, text=text).message


def test_the_search_goes_on_page_by_page(asked, hall):
    for number in range(3):
        said(hall, f"mars {number}")

    first = asked("/search", q="mars", limit=2)
    second = asked("/search", q="mars", limit=2, cursor=first["after"])

    assert [hit["excerpt"] for hit in first["hits"] + second["hits"]] == ["mars 2", "mars 1", "mars 0"]
    assert {hit["place"] for hit in first["hits"]} == {"Hall"}
    assert second["after"] == ""


def test_a_search_that_finds_answers_asks_no_more_often(client, hall, ada):
    root = said(hall, "Why?")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/search", {"q": "mars"}, **bearer("pf_ada"))
        return len(queries)

    costs = []
    for number in range(3):
        reply(parent=root, player=PlayerFactory(), text=f"mars {number}")
        costs.append(cost())

    assert costs[2] == costs[1]


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("colour:red", "There is no colour: here"),
        ("from:zoe", "Nobody here is called “zoe”."),
        ("in:attic", "You are in no room or talk called “attic”."),
    ],
)
def test_an_unclear_search_is_refused_with_a_sentence(client, ada, query, hint):
    response = client.get("/api/v1/search", {"q": query}, **bearer("pf_ada"))

    assert response.status_code == 422
    assert hint in response.json()["fields"]["q"][0]


def test_a_part_of_the_history_is_asked_for_by_number_or_day(asked, hall):
    messages = [said(hall, f"line {number}") for number in range(4)]
    path, second = f"/channels/{hall.channel.uuid}/messages", messages[1].seq

    answers = [asked(path, **query) for query in ({}, {"before": second}, {"after": second}, {"around": second}, {"on": "2000-01-01"})]  # fmt: skip

    assert [[message["text"] for message in answer["messages"]] for answer in answers] == [
        ["line 0", "line 1", "line 2", "line 3"],
        ["line 0"],
        ["line 2", "line 3"],
        ["line 0", "line 1", "line 2", "line 3"],
        ["line 0", "line 1", "line 2", "line 3"],
    ]


def test_the_page_before_a_number_is_the_only_one_that_is_read(asked, hall, django_assert_max_num_queries):
    messages = [said(hall, f"line {number}") for number in range(3)]
    path = f"/channels/{hall.channel.uuid}/messages"
    asked(path)
    with CaptureQueriesContext(connection) as queries:
        asked(path)

    with django_assert_max_num_queries(len(queries)):
        assert len(asked(path, before=messages[2].seq)["messages"]) == 2


def test_a_strange_channel_and_a_strange_thread_are_not_found(asked, ada):
    room = open_room(owner=GameMasterFactory(), name="Attic")
    message = said(room, "secret")

    assert asked(f"/channels/{room.channel.uuid}/messages") == 404
    assert asked(f"/messages/{message.uuid}/thread") == 404


def test_a_thread_is_told_from_any_of_its_messages_and_can_be_followed(client, asked, hall, ada):
    root = said(hall, "Why?")
    answer = reply(parent=root, player=PlayerFactory(), text="Because.").message

    before = asked(f"/messages/{answer.uuid}/thread")
    client.post(
        f"/api/v1/messages/{root.uuid}/thread/follow",
        {"on": True},
        content_type="application/json",
        **bearer("pf_ada"),
    )
    reply(parent=root, player=PlayerFactory(), text="No, because.")

    assert (before["root"]["text"], [a["text"] for a in before["answers"]], before["follows"]) == (
        "Why?", ["Because."], False,
    )  # fmt: skip
    assert ThreadFollow.objects.get(player=ada).is_on
    (line,) = asked("/me/threads")["threads"]
    assert (line["last"]["text"], line["unread"], line["place"]) == ("No, because.", 1, "Hall")


def test_the_index_can_be_built_anew(hall, ada, capsys):
    said(hall, "Dust on Mars")

    call_command("rebuild_message_search")

    assert [hit.message.text for hit in find(ada, "mars").rows] == ["Dust on Mars"]
    assert "built anew" in capsys.readouterr().out
