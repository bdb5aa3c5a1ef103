"""Without sockets: the same frames by plain HTTP, and a wait that costs nothing."""

import asyncio
import json
import time
from uuid import uuid4

import pytest
from asgiref.testing import ApplicationCommunicator
from django.urls import reverse
from django.utils import timezone

from messaging import subscriptions, waiting
from messaging.actions.channels import remove_member
from messaging.actions.direct import write_to
from messaging.actions.messages import post_message
from messaging.database import in_database
from messaging.models import MESSAGE_MAX_LENGTH, Message
from messaging.queries import people_present
from padawanforge.asgi import application
from padawanforge.kit import hub
from players.actions.relationships import block
from players.models import PlayerPreferences
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.messaging.sockets import cookie_of, poll_late
from tests.messaging.test_subscriptions import log_silently

pytestmark = pytest.mark.django_db(transaction=True)


class Call:
    """One GET of the events of a channel, as a server passes it on."""

    def __init__(self, cookie, channel, **query):
        text = "&".join(f"{key}={value}" for key, value in query.items())
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "root_path": "",
            "path": f"/api/v1/channels/{channel.uuid}/events", "raw_path": b"", "query_string": text.encode(),
            "headers": [(b"host", b"testserver"), (b"cookie", cookie.encode())],
            "client": ["127.0.0.1", 5], "server": ["testserver", 80],
        }  # fmt: skip
        self.app = ApplicationCommunicator(application, scope)

    async def begin(self):
        await self.app.send_input({"type": "http.request", "body": b"", "more_body": False})
        return self

    async def answer(self, within=10):
        start = await self.app.receive_output(within)
        body = b""
        while True:
            message = await self.app.receive_output(within)
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await self.app.wait()
        names = {name.lower() for name, _ in start["headers"]}
        assert waiting.WAITS_FOR.lower().encode() not in names
        return start["status"], json.loads(body)


async def ask(cookie, channel, **query):
    return await (await Call(cookie, channel, **query).begin()).answer()


async def is_waiting(channel):
    """The call has had its first look."""
    for _ in range(200):
        if channel.group in subscriptions._seen:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)


def known(channel):
    return {"epoch": channel.log_epoch, "after": channel.last_seq}


@pytest.fixture(autouse=True)
def _nothing_seen():
    subscriptions._seen.clear()


@pytest.fixture
async def cookie(player):
    return await in_database(cookie_of)(player)


async def test_a_page_begins_with_a_snapshot(channel, player, cookie):
    await in_database(post_message)(channel=channel, player=player, text="hello")

    status, answer = await ask(cookie, channel)

    (sub,) = answer["frames"]
    assert (status, sub["op"], sub["mode"], sub["head"]) == (200, "sub", "reset", 1)
    assert [message["text"] for message in sub["messages"]] == ["hello"]
    assert [person["uuid"] for person in sub["people"]] == [str(player.uuid)]


async def test_what_was_missed_comes_at_once(channel, player, cookie):
    await log_silently(channel, 3)

    _, answer = await ask(cookie, channel, epoch=channel.log_epoch, after=1)

    sub, *events = answer["frames"]
    assert (sub["mode"], sub["head"]) == ("resumed", 3)
    assert [(event["op"], event["seq"]) for event in events] == [("ev", 2), ("ev", 3)]


async def test_who_has_everything_waits_for_what_comes(channel, player, cookie):
    call = await Call(cookie, channel, **known(channel)).begin()
    await is_waiting(channel)
    is_answered = not await call.app.receive_nothing(0.01)

    await in_database(post_message)(channel=channel, player=player, text="at last")

    _, answer = await call.answer()
    assert not is_answered
    assert [frame["op"] for frame in answer["frames"]] == ["sub", "ev"]
    assert answer["frames"][1]["data"]["message"]["text"] == "at last"
    assert hub.members(channel.group) == 0


async def test_a_wait_ends_without_news(channel, cookie, monkeypatch):
    monkeypatch.setattr(waiting, "WAIT_SECONDS", 0.2)

    status, answer = await ask(cookie, channel, **known(channel))

    assert (status, [frame["op"] for frame in answer["frames"]]) == (200, ["sub"])


async def test_who_does_not_want_to_wait_is_answered(channel, cookie):
    began = time.monotonic()

    await ask(cookie, channel, **known(channel), wait="false")

    assert time.monotonic() - began < waiting.WAIT_SECONDS / 2


async def test_a_wait_hears_what_another_process_wrote(channel, cookie):
    call = await Call(cookie, channel, **known(channel)).begin()
    await is_waiting(channel)
    await log_silently(channel, 1)

    await in_database(poll_late)()

    _, answer = await call.answer()
    assert [frame["op"] for frame in answer["frames"]] == ["sub", "ev"]


async def test_whose_right_ends_while_he_waits_hears_nothing_more(channel, player, cookie):
    call = await Call(cookie, channel, **known(channel)).begin()
    await is_waiting(channel)

    await in_database(remove_member)(channel=channel, player=player)

    status, answer = await call.answer()
    assert (status, answer["code"]) == (409, "not_member")


async def test_a_client_that_goes_is_waited_for_no_longer(channel, cookie):
    call = await Call(cookie, channel, **known(channel)).begin()
    await is_waiting(channel)

    await call.app.send_input({"type": "http.disconnect"})
    await call.app.wait(5)

    assert hub.members(channel.group) == 0


async def test_a_server_that_goes_down_answers_who_waits(channel, cookie):
    call = await Call(cookie, channel, **known(channel)).begin()
    await is_waiting(channel)

    await waiting.wake_all()

    assert (await call.answer())[0] == 200


async def test_nobody_waits_for_what_he_may_not_read(channel):
    stranger = await in_database(PlayerFactory)()

    answers = [
        await ask(await in_database(cookie_of)(stranger), channel, **known(channel)),
        await ask("", channel, **known(channel)),
    ]

    assert [status for status, _ in answers] == [409, 401]


async def test_blocks_hold_here_too(channel, player, cookie):
    other = (await in_database(ChannelMemberFactory)(channel=channel)).player
    await in_database(post_message)(channel=channel, player=other, text="secret")
    await in_database(block)(player=player, other=other)

    _, answer = await ask(cookie, channel, epoch=channel.log_epoch, after=0)

    assert [event["type"] for event in answer["frames"][1:]] == ["message.hidden"]
    assert "secret" not in json.dumps(answer)


async def test_who_polls_is_seen_to_be_there_as_one(channel, player, cookie):
    tab = uuid4()
    for _ in range(2):
        await ask(cookie, channel, tab=tab, state="idle", wait="false")

    present = await in_database(people_present)(channel)
    assert [(entry.player, entry.state) for entry in present] == [(player, "idle")]
    assert await in_database(channel.connections.count)() == 1


async def test_the_own_log_can_be_asked_for(player, cookie):
    class Own:
        uuid = player.uuid

    _, answer = await ask(cookie, Own, wait="false")

    assert answer["frames"][0]["unread"] == 0


# --- Sending -------------------------------------------------------------------------------------------------


def post(client, frame, **headers):
    response = client.post(reverse("api-1:frame_post"), frame, "application/json", headers=headers)
    return response.status_code, response.json()


@pytest.fixture
def signed_in(client, player):
    client.force_login(player)
    return client


def test_a_message_is_sent_once_over_whichever_way(signed_in, channel, player):
    cid = str(uuid4())
    frame = {"op": "send", "id": 7, "room": str(channel.uuid), "cid": cid, "body": "hello"}

    status, first = post(signed_in, frame)
    _, again = post(signed_in, frame)

    assert (status, first["frames"][0]["op"], first["frames"][0]["id"]) == (200, "ok", 7)
    assert [answer["frames"][0]["dup"] for answer in (first, again)] == [False, True]
    assert Message.objects.count() == 1


def test_the_header_for_repeated_calls_is_the_client_id(signed_in, channel):
    frame = {"op": "send", "room": str(channel.uuid), "body": "hello"}
    headers = {"idempotency-key": str(uuid4())}

    answers = [post(signed_in, frame, **headers)[1]["frames"][0]["dup"] for _ in range(2)]

    assert answers == [False, True]


@pytest.mark.parametrize(("frame", "code"), [
    ({"op": "hello"}, "invalid"), ({"op": "sub", "room": str(uuid4())}, "invalid"), ({"op": "?"}, "invalid"),
    ({"op": "send", "room": 5}, "invalid"), ({"op": "read", "room": str(uuid4()), "seq": 1}, "not_member"),
])  # fmt: skip
def test_what_is_refused_is_refused_as_a_frame(signed_in, frame, code):
    status, answer = post(signed_in, frame)

    assert (status, answer["frames"][0]["op"], answer["frames"][0]["code"]) == (200, "err", code), answer


def test_strangers_send_nothing(client, channel):
    assert post(client, {"op": "send", "room": str(channel.uuid), "body": "x"})[0] == 401


def test_a_long_message_in_any_script_comes_through(signed_in, channel):
    frame = {"op": "send", "room": str(channel.uuid), "cid": str(uuid4()), "body": "ж" * MESSAGE_MAX_LENGTH}

    _, answer = post(signed_in, frame)

    assert answer["frames"][0]["op"] == "ok", answer


# --- Tokens --------------------------------------------------------------------------------------------------


@pytest.fixture
def conversation(player):
    other = PlayerFactory()
    PlayerPreferences.objects.update(privacy_level="minimal")
    return write_to(player=other, other=player, text="between us", now=timezone.now()).message


@pytest.fixture
def program(player):
    ApiTokenFactory(player=player, secret="pf_rooms", scopes=["rooms:read", "rooms:write"])
    ApiTokenFactory(player=player, secret="pf_all")


def refused(response):
    return response.status_code == 403 and response.json()["code"] == "scope_missing"


@pytest.mark.usefixtures("program")
def test_a_token_for_rooms_reads_no_conversation_and_no_notifications(client, player, channel, conversation):
    urls = [
        reverse("api-1:channel_events", args=[uuid])
        for uuid in (conversation.channel.uuid, player.uuid, channel.uuid)
    ]

    answers = [client.get(url, {"wait": "false"}, **bearer("pf_rooms")) for url in urls]

    assert [refused(answer) for answer in answers] == [True, True, False]
    assert [client.get(url, {"wait": "false"}, **bearer("pf_all")).status_code for url in urls] == [200] * 3


@pytest.mark.usefixtures("program")
def test_a_token_for_rooms_writes_in_no_conversation(client, conversation):
    room, message = str(conversation.channel.uuid), str(conversation.uuid)
    frames = [
        {"op": "read", "room": room, "seq": 1},
        {"op": "hide", "message": message},
        {"op": "react", "message": message.replace("-", ""), "emoji": "👍", "on": True},
    ]

    def ask(frame, token):
        return client.post(reverse("api-1:frame_post"), frame, "application/json", **bearer(token))

    assert all(refused(ask(frame, "pf_rooms")) for frame in frames)
    assert ask(frames[0], "pf_all").json()["frames"][0]["op"] == "ok"


@pytest.mark.usefixtures("program")
def test_a_stranger_with_a_token_learns_nothing_of_a_conversation(client, conversation):
    ApiTokenFactory(secret="pf_stranger", scopes=["rooms:read"])

    answers = [
        client.get(reverse("api-1:channel_events", args=[uuid]), **bearer("pf_stranger"))
        for uuid in (conversation.channel.uuid, uuid4())
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "not_member")] * 2
