"""The shapes of the frames of `padawan.v1`: typed on the way in, encoded once on the way out."""

from functools import cache
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.utils.functional import Promise
from msgspec import Meta, Struct

from messaging.rules.attachments import MAX_PER_MESSAGE
from messaging.rules.polls import EXPLANATION_LENGTH, MAX_OPTIONS, OPTION_LENGTH, QUESTION_LENGTH

VERSION = "padawan.v1"
MAX_BYTES = 16 * 1024
MAX_DEPTH = 6
MAX_ROOMS = 20
# Raised when pages that are open no longer understand what they are told: they are asked to reload.
OLDEST_PAGE = 1

Seq = Annotated[int, Meta(ge=0, le=2**53)]
State = Literal["active", "idle", "hidden"]
Priority = Literal["low", "normal", "high", "urgent"]
Id = Annotated[str, Meta(max_length=64)] | Annotated[int, Meta(ge=0, le=2**53)] | None


class BadFrame(Exception):
    """Not a frame of the protocol; `id` is the request's, when it could be read."""

    def __init__(self, reason: str, *, id: str | int | None = None) -> None:
        super().__init__(reason)
        self.id = id


class Envelope(Struct):
    op: Annotated[str, Meta(max_length=20)]
    id: Id = None


class Since(Struct):
    room: UUID
    epoch: UUID
    seq: Seq


class OwnLog(Struct):
    """How far the page knows the player's own log; nothing yet without an epoch."""

    epoch: UUID | None = None
    seq: Seq = 0


class Hello(Struct):
    client: UUID | None = None
    # Which sort of page speaks; those before there were sorts don't say it.
    page: Annotated[int, Meta(ge=0, le=2**31)] = OLDEST_PAGE
    since: Annotated[list[Since], Meta(max_length=MAX_ROOMS)] = []
    player: OwnLog | None = None
    state: State = "active"


class Sub(Struct):
    room: UUID
    epoch: UUID | None = None
    seq: Seq = 0


class Resume(Struct):
    room: UUID
    epoch: UUID
    seq: Seq


class Unsub(Struct):
    room: UUID


class Send(Struct):
    room: UUID
    cid: UUID
    body: str
    parent: UUID | None = None
    # Whom it is whispered to.
    to: UUID | None = None
    attachments: Annotated[list[UUID], Meta(max_length=MAX_PER_MESSAGE)] = []
    # Of direct messages: what they are about, how pressing they are, after how many seconds they disappear.
    subject: Annotated[str, Meta(max_length=400)] = ""
    priority: Priority = "normal"
    lasts: Annotated[int, Meta(ge=0, le=2**31)] | None = None


class Poll(Struct):
    """With `answer` it is a statement that is true or false; `options` are given for everything else."""

    room: UUID
    cid: UUID
    question: Annotated[str, Meta(max_length=QUESTION_LENGTH)]
    options: Annotated[
        list[Annotated[str, Meta(max_length=OPTION_LENGTH)]], Meta(max_length=MAX_OPTIONS)
    ] = []
    multiple: bool = False
    anonymous: bool = True
    minutes: Annotated[int, Meta(ge=1, le=43_200)] | None = None
    answer: bool | None = None
    explanation: Annotated[str, Meta(max_length=EXPLANATION_LENGTH)] = ""


class Vote(Struct):
    message: UUID
    options: Annotated[list[Annotated[int, Meta(ge=0, lt=MAX_OPTIONS)]], Meta(max_length=MAX_OPTIONS)]


class ClosePoll(Struct):
    message: UUID


class Edit(Struct):
    message: UUID
    base_rev: Seq
    body: str


class Delete(Struct):
    message: UUID
    reason: Annotated[str, Meta(max_length=300)] = ""


class Pin(Struct):
    message: UUID
    on: bool


class Save(Struct):
    message: UUID
    on: bool


class Draft(Struct):
    room: UUID
    text: str
    parent: UUID | None = None


class React(Struct):
    message: UUID
    emoji: Annotated[str, Meta(max_length=16)]
    on: bool


class Allow(Struct):
    ask: UUID
    on: bool


class Ack(Struct):
    n: Seq


class Ping(Struct):
    state: State = "active"
    at: Annotated[dict[UUID, Seq], Meta(max_length=MAX_ROOMS)] = {}


class Typing(Struct):
    room: UUID
    on: bool


class Read(Struct):
    room: UUID
    seq: Seq


class Delivered(Struct):
    room: UUID
    seq: Seq


class Hide(Struct):
    message: UUID


def _plain(value: object) -> str:
    """Django's safe and translated strings are strings too."""
    if isinstance(value, str | Promise):
        return str.__str__(str(value))
    raise NotImplementedError(f"A frame can't hold {value!r}.")


_encoder = msgspec.json.Encoder(enc_hook=_plain)
_envelopes = msgspec.json.Decoder(Envelope)


def open_envelope(text: str | None) -> tuple[Envelope, bytes]:
    """What is asked and the bytes to decode further; refuses whatever could be expensive to read."""
    if text is None:
        raise BadFrame("Frames are JSON text.")
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise BadFrame("The frame is not valid Unicode.") from None
    if len(raw) > MAX_BYTES:
        raise BadFrame(f"A frame has at most {MAX_BYTES} bytes.")
    # A few brackets can't be nested deeper than they are many.
    if text.count("{") + text.count("[") > MAX_DEPTH and depth(text) > MAX_DEPTH:
        raise BadFrame(f"A frame is nested at most {MAX_DEPTH} levels deep.")
    try:
        return _envelopes.decode(raw), raw
    except ValueError as error:
        raise BadFrame(f"Not a frame: {error}") from None


def decode(raw: bytes, shape: type[Struct], *, id: str | int | None) -> Struct:
    try:
        return _decoder(shape).decode(raw)
    except ValueError as error:
        raise BadFrame(str(error), id=id) from None


@cache
def _decoder(shape: type[Struct]) -> msgspec.json.Decoder:
    return msgspec.json.Decoder(shape)


def depth(text: str) -> int:
    """How deep brackets are nested, those inside strings left aside; one pass, whatever the text is."""
    deepest = level = 0
    is_string = is_escaped = False
    for character in text:
        if is_string:
            is_string = is_escaped or character != '"'
            is_escaped = character == "\\" and not is_escaped
        elif character == '"':
            is_string = True
        elif character in "{[":
            level += 1
            deepest = max(deepest, level)
        elif character in "}]":
            level -= 1
    return deepest


def as_json(told: object) -> bytes:
    return _encoder.encode(told)


def encode(op: str, **fields: object) -> str:
    return _encoder.encode({"op": op, **fields}).decode()


def event_body(*, room: str, seq: int, type: str, data: dict) -> str:
    """An event's frame without its beginning, which differs from socket to socket."""
    return _encoder.encode({"room": room, "seq": seq, "type": type, "data": data}).decode()[1:]


def numbered(n: int, body: str) -> str:
    return f'{{"op":"ev","n":{n},{body}'
