"""Nothing that a client can send ends in anything but an answer."""

import asyncio
import json
from uuid import uuid4

import msgspec
import pytest
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from messaging import consumers, frames
from messaging.connections import Connection
from messaging.operations import registry

HOSTILE = [
    None, "", "null", "5", "[]", '"send"', "{", "{}", '{"op":5}', '{"op":null}', '{"op":"nothing"}',
    '{"op":"sub"}', '{"op":"sub","room":"x"}', '{"op":"hello","since":[{}]}', '{"op":"hello","since":{}}',
    '{"op":"hello","state":"asleep"}', '{"op":"hub","kind":"event"}', '{"op":"hello","id":{"a":1}}',
    '{"op":"hello","id":-1}', '{"op":"hello","id":1e99}', '{"op":"hello","state":NaN}', '{"op":"hello"',
    '{"op":"hello","client":"\\ud800"}', '{"op":"hello","x":"\ud800"}', '"\\', "[" * 16000, '{"a":' * 9,
    '{"op":"hello","x":[[[[[[1]]]]]]}', '{"op":"hello","x":"' + "y" * 16400 + '"}', '"\\"' * 5000,
    '{"op":"hello","since":' + json.dumps([{"room": str(uuid4())}] * 30) + "}",
]  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def answers(*texts):
    """What a connection that has not been greeted says to the frames."""

    async def ask():
        connection = Connection(player_id=1, player_uuid=uuid4(), session_key="")
        for text in texts:
            await consumers.handle(connection, text)
        return connection.outbox.take()

    return asyncio.run(ask())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_frame_is_answered_as_invalid(text):
    (answer,) = answers(text)

    frame = json.loads(answer["text"])
    assert (frame["op"], frame["code"]) == ("err", "invalid")


@given(
    st.text()
    | JSON.map(json.dumps)
    | JSON.map(lambda value: json.dumps({"op": "send", "id": 1, "room": value}))
)
@settings(max_examples=200, deadline=None)
@example('{"op":"ack","n":1}')
def test_whatever_comes_before_hello_is_answered_as_invalid(text):
    (answer,) = answers(text)

    assert json.loads(answer["text"])["code"] == "invalid"


@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_operation_takes_its_shape_or_refuses(data):
    operation = data.draw(st.sampled_from(sorted(registry().values(), key=lambda each: each.name)))
    fields = {field.name: data.draw(JSON) for field in msgspec.structs.fields(operation.frame)}
    text = json.dumps({"op": operation.name, "id": "7", **fields})

    try:
        envelope, raw = frames.open_envelope(text)
        frame = frames.decode(raw, operation.frame, id=envelope.id)
    except frames.BadFrame:
        return

    assert isinstance(frame, operation.frame)


def test_ten_invalid_frames_within_a_minute_end_the_connection():
    said = answers(*["nonsense"] * 12)

    assert [message["type"] for message in said] == ["websocket.send"] * 10 + ["websocket.close"]
    assert said[-1]["code"] == 4400


def test_the_request_id_comes_back_with_the_refusal():
    (answer,) = answers('{"op":"sub","id":"r1","room":5}')

    assert json.loads(answer["text"])["id"] == "r1"


@pytest.mark.parametrize(("text", "depth"), [
    ("", 0), ("{}", 1), ('{"a":[{}]}', 3), ('{"a":"[[[["}', 1), ('{"a":"\\"[["}', 1), ('"\\\\"[[', 2),
])  # fmt: skip
def test_depth_counts_brackets_outside_of_strings(text, depth):
    assert frames.depth(text) == depth


def test_an_event_differs_from_socket_to_socket_by_its_number_only():
    body = frames.event_body(
        room="r", seq=3, type="room.updated", data={"name": mark_safe("<b>"), "x": lazystr("y")}
    )

    frame = json.loads(frames.numbered(7, body))

    assert frame == {"op": "ev", "n": 7, "room": "r", "seq": 3, "type": "room.updated",
                     "data": {"name": "<b>", "x": "y"}}  # fmt: skip


def test_a_frame_refuses_what_is_no_text_or_number():
    with pytest.raises(NotImplementedError):
        frames.encode("sig", data=object())
