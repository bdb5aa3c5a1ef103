"""Direct messages for programs: only one's own, only with the scope, and each sees his side."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.models import Conversation, DirectState, Message
from players.models import PlayerPreferences
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
LIST = "/api/v1/me/conversations"


@pytest.fixture
def people():
    """Ada with two friends; each has a program."""
    found = [PlayerFactory(username=name) for name in ("ada", "bo", "cy")]
    for player in found:
        ApiTokenFactory(player=player, secret=f"pf_{player.username}")
        if player.username != "ada":
            befriend(found[0], player)
    return found


@pytest.fixture
def call(client):
    def call(who, method, path="", **data):
        body = {"data": data, "content_type": "application/json"} if method != "get" else {"data": data}
        return getattr(client, method)(f"{LIST}{path}", **body, **bearer(f"pf_{who}"))

    return call


def begin(call, *to, text="Hello", **more):
    return call("ada", "post", to=list(to), text=text, **more)


def place(end=""):
    return f"/{Conversation.objects.get().uuid}{end}"


def test_a_message_goes_to_a_friend_and_is_listed_on_both_sides(people, call):
    answer = begin(call, "bo", subject="Tonight", priority="high", lasts=3600)

    assert answer.status_code == 201
    said = answer.json()
    assert (said["subject"], said["priority"], said["delivery_status"]) == ("Tonight", "high", "sent")
    lines = [call(who, "get").json()["conversations"] for who in ("ada", "bo")]
    assert [(line["name"], line["is_own"]) for [line] in lines] == [("bo", True), ("ada", False)]


def test_a_command_says_what_the_others_read_or_is_refused_with_what_it_tells(people, call):
    begin(call, "bo")

    shrugged = call("ada", "post", place("/messages"), text="/shrug who knows")
    helped = call("ada", "post", place("/messages"), text="/help")

    assert (shrugged.status_code, shrugged.json()["text"].startswith("who knows")) == (201, True)
    assert (helped.status_code, helped.json()["code"]) == (409, "command")
    assert "/roll 2d6+1: Throws dice" in helped.json()["detail"]


def test_several_become_a_group_with_a_title(people, call):
    begin(call, "bo", "cy", title="Stargazers")

    told = call("bo", "get", place()).json()

    assert (told["title"], told["is_group"]) == ("Stargazers", True)
    assert [(person["username"], person["is_owner"]) for person in told["people"]] == [
        ("ada", True), ("bo", False), ("cy", False)
    ]  # fmt: skip


@pytest.mark.parametrize("to", [["nobody"], ["bo", "nobody"], ["ada"]])
def test_who_cannot_be_written_to_and_who_is_not_there_read_the_same(people, call, to):
    answer = begin(call, *to)

    assert (answer.status_code, answer.json()["detail"], Message.objects.count()) == (
        409,
        "You can't write to all of these players.",
        0,
    )


def test_fetching_delivers_and_reading_reads(people, call):
    PlayerPreferences.objects.update(shows_read_receipts=True)
    seq = begin(call, "bo").json()["seq"]

    def state():
        message = call("ada", "get", place("/messages")).json()["messages"][0]
        return message["delivery_status"], message["is_read"], message["read_at"] is not None

    states = [state()]
    call("bo", "get", place("/messages"))
    states.append(state())
    call("bo", "post", place("/read"), seq=seq)
    states.append(state())

    assert states == [("sent", False, False), ("delivered", False, False), ("read", True, True)]


def test_a_repeated_send_is_said_once(people, call):
    cid = str(uuid4())

    uuids = {begin(call, "bo", cid=cid).json()["uuid"] for _ in range(2)}

    assert (len(uuids), Message.objects.count()) == (1, 1)


def test_messages_come_page_by_page_and_cost_the_same_however_many(people, call):
    for number in range(3):
        begin(call, "bo", text=f"Number {number}")
    counts, texts, before = [], [], {}
    for limit in (1, 2):
        call("bo", "get", place("/messages"), limit=limit)
        with CaptureQueriesContext(connection) as queries:
            page = call("bo", "get", place("/messages"), limit=limit, **before).json()
        counts.append(len(queries))
        texts.append([message["text"] for message in page["messages"]])
        before = {"before": page["before"]}

    assert (texts, before["before"]) == ([["Number 2"], ["Number 0", "Number 1"]], None)
    assert counts[0] == counts[1]


def test_one_side_archives_hides_and_forgets_without_the_other(people, call, client):
    uuid = begin(call, "bo").json()["uuid"]
    answers = [
        call("bo", "post", place("/do"), verb="archive").status_code,
        client.post(f"/api/v1/me/direct-messages/{uuid}/hide", **bearer("pf_bo")).status_code,
    ]
    begin(call, "bo", text="Again")
    texts = [message["text"] for message in call("bo", "get", place("/messages")).json()["messages"]]
    answers.append(call("bo", "delete", place()).status_code)

    assert (answers, texts) == ([204, 204, 204], ["Again"])
    assert [len(call(who, "get").json()["conversations"]) for who in ("ada", "bo")] == [1, 0]


def test_a_group_is_renamed_grows_and_shrinks(people, call):
    dee = PlayerFactory(username="dee")
    befriend(people[1], dee)
    begin(call, "bo", "cy")

    call("bo", "patch", place(), title="Night sky")
    grown = call("bo", "post", place("/people"), usernames=["dee"]).json()
    refused = call("bo", "delete", place("/people/cy"))
    shrunk = call("ada", "delete", place("/people/cy")).json()
    call("bo", "post", place("/do"), verb="leave")

    assert (grown["title"], len(grown["people"]), refused.status_code) == ("Night sky", 4, 409)
    assert [person["username"] for person in shrunk["people"]] == ["ada", "bo", "dee"]
    assert call("bo", "get", place()).status_code == 404


def test_nobody_else_finds_a_conversation(people, call):
    begin(call, "bo")

    answers = [
        call("cy", "get", place()),
        call("cy", "get", place("/messages")),
        call("cy", "post", place("/messages"), text="Hi"),
        call("cy", "post", place("/do"), verb="archive"),
        call("cy", "delete", place()),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert DirectState.objects.filter(archived_at__isnull=False).count() == 0
