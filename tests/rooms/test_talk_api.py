"""Private talks by the JSON interface."""

import json
from uuid import uuid4

import pytest

from messaging.models import Message
from rooms.actions import talk, talks
from rooms.models import Reply, Talk
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
TALKS = "/api/v1/me/talks"


@pytest.fixture
def vega():
    return NpcFactory(name="Vega", slug="vega", greeting="Good evening.")


@pytest.fixture
def ada(client, vega):
    player = PlayerFactory(display_name="Ada")
    client.force_login(player)
    return player


def sent(client, method, address, **data):
    return client.generic(method, address, json.dumps(data), content_type="application/json")


def led(player, npc, commit, *lines):
    opened = talks.begin_talk(player=player, npc=npc)
    for line in lines:
        with commit():
            talk.say_in_talk(talk=opened, text=line)
    return opened


def texts(answer):
    return [message["text"] for message in answer.json()["messages"] if message["type"] != "system"]


def test_a_talk_is_begun_and_listed(client, ada):
    begun = sent(client, "POST", TALKS, character="vega")

    listed = client.get(TALKS).json()
    assert (begun.status_code, listed) == (201, {"talks": [begun.json()], "after": ""})
    told = begun.json()
    stored = Talk.objects.get(player=ada)
    assert (told["uuid"], told["channel"]) == (str(stored.uuid), str(stored.channel.uuid))
    assert (told["character"], told["name"], told["messages"], told["may_write"]) == ("vega", "Vega", 1, True)


def test_who_is_unknown_or_rests_is_not_talked_to(client, ada):
    NpcFactory(slug="rest", is_active=False)

    answers = [sent(client, "POST", TALKS, character=slug) for slug in ("nobody", "rest")]
    answers += [
        sent(client, "POST", f"/api/v1/characters/{slug}/messages", text="Hi") for slug in ("x", "rest")
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not Talk.objects.exists()


def test_asking_says_where_the_answer_can_be_followed(client, ada, commit):
    begun = sent(client, "POST", TALKS, character="vega").json()

    # The client hears of it after the commit, as in the life of the program.
    with commit():
        first = sent(client, "POST", f"{TALKS}/{begun['uuid']}/messages", text="Hello", cid=str(uuid4()))
    reply = Reply.objects.get()

    said = Message.objects.get(text="Hello")
    assert first.status_code == 201
    assert (first.json()["uuid"], first.json()["seq"]) == (str(said.uuid), said.seq)
    answers = client.get(f"/api/v1/messages/{said.uuid}/answers").json()
    assert answers == {"answers": [str(reply.uuid)]}


@pytest.mark.django_db(transaction=True)
def test_the_answer_is_named_at_once(client, ada):
    cid = str(uuid4())

    first = sent(client, "POST", "/api/v1/characters/vega/messages", text="Hello", cid=cid)
    again = sent(client, "POST", "/api/v1/characters/vega/messages", text="Hello", cid=cid)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["answers"] == [str(Reply.objects.get().uuid)]
    assert again.json() == {**first.json(), "dup": True}
    assert first.json()["talk"] == str(Talk.objects.get(player=ada).uuid)


def test_a_command_is_told_and_stores_nothing(client, ada):
    begun = sent(client, "POST", TALKS, character="vega").json()

    answer = sent(client, "POST", f"{TALKS}/{begun['uuid']}/messages", text="/help")

    assert (answer.status_code, answer.json()["uuid"], answer.json()["answers"]) == (200, None, [])
    assert "/help" in answer.json()["told"]


@pytest.mark.parametrize("text", ["", "x" * 4001])
def test_what_can_not_be_said_is_refused(client, ada, text):
    begun = sent(client, "POST", TALKS, character="vega").json()

    answer = sent(client, "POST", f"{TALKS}/{begun['uuid']}/messages", text=text)

    assert answer.status_code in {409, 422}
    assert not Message.objects.filter(player=ada).exists()


def test_with_a_character_that_rests_one_reads_only(client, ada, vega, commit):
    opened = led(ada, vega, commit, "Hello")
    vega.is_active = False
    vega.save()

    answer = sent(client, "POST", f"{TALKS}/{opened.uuid}/messages", text="Are you there?")

    assert (answer.status_code, answer.json()["code"]) == (409, "gone")
    assert client.get(f"{TALKS}/{opened.uuid}").json()["may_write"] is False
    assert "Hello" in texts(client.get(f"{TALKS}/{opened.uuid}/messages"))


def test_messages_come_page_by_page(client, ada, vega, commit):
    opened = talks.begin_talk(player=ada, npc=vega)
    for number in range(60):
        Message.objects.create(
            channel=opened.channel, seq=100 + number, player=ada, type="text", text=str(number)
        )

    last = client.get(f"{TALKS}/{opened.uuid}/messages")
    first = client.get(f"{TALKS}/{opened.uuid}/messages", {"before": last.json()["before"]})

    assert texts(first) + texts(last) == ["Good evening.", *(str(number) for number in range(60))]
    assert first.json()["before"] is None


def test_a_talk_is_named_and_put_aside(client, ada, vega):
    opened = talks.begin_talk(player=ada, npc=vega)

    named = sent(client, "PATCH", f"{TALKS}/{opened.uuid}", title=" About comets ")
    sent(client, "PATCH", f"{TALKS}/{opened.uuid}", archived=True)

    aside = client.get(TALKS, {"archived": "true", "character": "vega"}).json()["talks"]
    assert (named.json()["title"], [one["title"] for one in aside]) == ("About comets", ["About comets"])
    assert client.get(TALKS).json()["talks"] == []
    assert sent(client, "PATCH", f"{TALKS}/{opened.uuid}", archived=False).json()["is_archived"] is False


def test_what_is_said_differently_branches_off(client, ada, vega, commit):
    opened = led(ada, vega, commit, "Hello", "What is a star?")
    message = Message.objects.get(channel=opened.channel, text="What is a star?")

    with commit():
        answer = sent(
            client,
            "POST",
            f"{TALKS}/{opened.uuid}/branches",
            message=str(message.uuid),
            text="What is a planet?",
        )

    made = Talk.objects.get(parent=opened)
    assert (answer.status_code, answer.json()["talk"]) == (201, str(made.uuid))
    assert answer.json()["uuid"] == str(Message.objects.get(text="What is a planet?").uuid)
    detail = client.get(f"{TALKS}/{made.uuid}").json()
    assert (detail["parent"], detail["branched_seq"]) == (str(opened.uuid), message.seq)
    assert detail["family"] == [str(opened.uuid), str(made.uuid)]


def test_only_own_words_of_this_talk_branch_off(client, ada, vega, commit):
    opened, other = led(ada, vega, commit, "Hello"), led(ada, vega, commit, "Elsewhere")
    greeting = opened.channel.messages.get(text="Good evening.")
    elsewhere = other.channel.messages.get(text="Elsewhere")

    answers = [
        sent(client, "POST", f"{TALKS}/{opened.uuid}/branches", message=str(message.uuid), text="x")
        for message in (greeting, elsewhere)
    ]

    assert [answer.status_code for answer in answers] == [409, 404]
    assert not Talk.objects.exclude(parent=None).exists()


def test_a_transcript_is_what_the_page_gives(client, ada, vega, commit):
    opened = led(ada, vega, commit, "What is a comet?")

    for kind in ("md", "jsonl"):
        ours = client.get(f"{TALKS}/{opened.uuid}/transcript", {"kind": kind})
        page = client.get(f"/talks/{opened.uuid}/export/", {"as": kind})
        assert ours.getvalue() == page.getvalue()
        assert ours["Content-Disposition"] == page["Content-Disposition"]
        assert ours["Cache-Control"] == "private, no-store"
    assert client.get(f"{TALKS}/{opened.uuid}/transcript", {"kind": "pdf"}).status_code == 422


def test_nobody_else_comes_near_a_talk(client, ada, vega, commit):
    opened = led(PlayerFactory(), vega, commit, "My secret")
    message = Message.objects.get(text="My secret")
    address = f"{TALKS}/{opened.uuid}"

    answers = [client.get(f"{address}{rest}") for rest in ("", "/messages", "/transcript")]
    answers += [
        sent(client, "POST", f"{address}/messages", text="x"),
        sent(client, "POST", f"{address}/branches", message=str(message.uuid), text="x"),
        sent(client, "PATCH", address, title="x"),
        client.get(f"/api/v1/messages/{message.uuid}/answers"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert client.get(TALKS).json()["talks"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(client, ada, vega, django_assert_num_queries, count):
    for _ in range(count):
        talks.begin_talk(player=ada, npc=NpcFactory())

    with django_assert_num_queries(7):
        listed = client.get(TALKS).json()["talks"]

    assert len(listed) == count


def test_the_list_has_pages(client, ada, vega):
    made = [talks.begin_talk(player=ada, npc=vega) for _ in range(3)]

    first = client.get(TALKS, {"limit": 2}).json()
    last = client.get(TALKS, {"limit": 2, "cursor": first["after"]}).json()

    found = [one["uuid"] for one in first["talks"] + last["talks"]]
    assert sorted(found) == sorted(str(one.uuid) for one in made)
    assert last["after"] == ""
    assert client.get(TALKS, {"cursor": "made-up"}).status_code == 422


def test_a_program_needs_the_scopes(client, vega):
    ApiTokenFactory(secret="pf_reader", scopes=["rooms:read"])
    headers = {"content_type": "application/json", **bearer("pf_reader")}

    assert client.get(TALKS, **bearer("pf_reader")).status_code == 200
    refused = client.post(TALKS, json.dumps({"character": "vega"}), **headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
