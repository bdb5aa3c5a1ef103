"""Frames of every operation with odd values, after hello: a clear refusal or the right effect, nothing else."""

import asyncio
import json
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from messaging import consumers
from messaging.actions.messages import post_message
from messaging.connections import Connection
from messaging.models import Message
from messaging.operations import registry
from messaging.rules.reactions import PALETTE
from padawanforge.kit import hub
from tests.messaging.test_frames import JSON

pytestmark = pytest.mark.django_db(transaction=True)

OPERATIONS = sorted(registry().values(), key=lambda each: each.name)
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# Stand for what the world of the test has; everything that can be named is named right, wrong and oddly.
ROOM, MESSAGE, EPOCH, SELF, OTHER = "#room", "#message", "#epoch", "#self", "#other"
NAMES = st.sampled_from([ROOM, MESSAGE, EPOCH, SELF, OTHER]) | st.uuids().map(str)
TEXT = st.text(max_size=60) | st.sampled_from(
    ["", " ", "\0", "\u202e", "/roll 1d6", "/me", "/whisper", "/quiz x", "/nothing", "@here", "x" * 4001,
     "[a](javascript:x)", "<script>", "\ud83d\ude00" * 30, "```" * 40, "> " * 60]
)  # fmt: skip
NUMBER = st.sampled_from([0, 1, 2, -1, 2**31, 2**53, 2**53 + 1, 10**30, 1.5]) | st.integers(-5, 50)
RIGHT = {
    "room": NAMES, "message": NAMES, "parent": st.none() | NAMES, "to": st.none() | NAMES, "cid": NAMES,
    "epoch": st.none() | NAMES, "attachments": st.lists(NAMES, max_size=3), "seq": NUMBER, "base_rev": NUMBER,
    "n": NUMBER, "minutes": NUMBER, "lasts": NUMBER, "up_to": NUMBER, "page": NUMBER, "body": TEXT, "text": TEXT,
    "question": TEXT, "explanation": TEXT, "reason": TEXT, "subject": TEXT,
    "options": st.lists(TEXT, max_size=12) | st.lists(NUMBER, max_size=12), "on": st.booleans(),
    "emoji": st.sampled_from([sign for sign, _ in PALETTE]) | TEXT,
    "state": st.sampled_from(["active", "idle", "hidden", "asleep"]),
    "priority": st.sampled_from(["low", "normal", "high", "urgent", "?"]),
    "at": st.dictionaries(NAMES, NUMBER, max_size=3),
    "since": st.lists(st.fixed_dictionaries({"room": NAMES, "epoch": NAMES, "seq": NUMBER}), max_size=3),
    "answer": st.none() | st.booleans(),
}  # fmt: skip


@st.composite
def odd_frames(draw, operation):
    """Mostly of the right shape, so that it comes further than the decoder."""
    fields = {}
    for field in msgspec.structs.fields(operation.frame):
        if not draw(st.integers(0, 9)) or (not field.required and draw(st.booleans())):
            continue
        likely = RIGHT.get(field.name, JSON)
        fields[field.name] = draw(likely if draw(st.integers(0, 9)) else JSON)
    return fields


def named(value, world):
    if isinstance(value, dict):
        return {world.get(key, key): named(each, world) for key, each in value.items()}
    if isinstance(value, list):
        return [named(each, world) for each in value]
    return world.get(value, value) if isinstance(value, str) else value


@pytest.fixture
def world(channel, player):
    message = post_message(channel=channel, player=player, text="hello").message
    return {
        ROOM: str(channel.uuid), MESSAGE: str(message.uuid), EPOCH: str(channel.log_epoch),
        SELF: str(player.uuid), OTHER: str(uuid4()),
    }  # fmt: skip


@pytest.fixture
def session(client, player):
    client.force_login(player)
    return client.session.session_key


async def asked(player, session_key, *texts):
    """What a connection in the room says to the frames, and whether it would still be open."""
    hub.capture_loop()
    connection = Connection(player_id=player.pk, player_uuid=player.uuid, session_key=session_key)
    connection.is_greeted = True
    for text in texts:
        await consumers.handle(connection, text)
    is_open = not connection.is_closing
    await connection.leave()
    return is_open, [json.loads(message["text"]) for message in connection.outbox.take() if "text" in message]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_frame_is_answered_once_and_breaks_nothing(player, world, session, caplog, operation):
    @given(fields=odd_frames(operation))
    @EXAMPLES
    @example(fields={})
    def answer(fields):
        text = json.dumps({**named(fields, world), "op": operation.name, "id": "7"})

        is_open, frames = asyncio.run(asked(player, session, text))

        answers = [frame for frame in frames if frame["op"] in {"ok", "err"}]
        assert [frame["id"] for frame in answers] == ["7"], frames
        assert answers[0].get("code") != "unavailable", text
        assert is_open
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    answer()


def test_the_frames_that_are_tried_reach_the_actions(player, world, session):
    """Otherwise the test above would show nothing."""
    send = {"op": "send", "id": "7", "room": ROOM, "cid": str(uuid4()), "body": "fuzzed"}

    _, (answer,) = asyncio.run(asked(player, session, json.dumps(named(send, world))))

    assert answer["op"] == "ok"
    assert Message.objects.filter(text="fuzzed").exists()
