"""The events of a stream. What they hold comes from strangers: nothing about its shape is certain."""

import json
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from npcs.llm.base import Unavailable

# What a server says when nothing more comes, though its stream may not have ended yet.
DONE = "[DONE]"
# An event this long, whether in one line or in many, is a server gone mad.
MAX_BYTES = 1_000_000


def events(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each event. Only line feeds end a line: what JSON holds may look like other ends of lines."""
    rest, data, size = b"", [], 0
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            field, _, value = line.rstrip(b"\r").partition(b":")
            if field == b"data":
                data.append(value.removeprefix(b" "))
                size += len(line)
            elif not line.strip() and data:
                yield b"\n".join(data).decode()
                data, size = [], 0
        if size + len(rest) > MAX_BYTES:
            raise Unavailable("broken", error="endless")


def chunk_of(event: str) -> Any:
    """The JSON of an event, its objects as names with attributes; Unavailable where it reports an error."""
    try:
        chunk = json.loads(event, object_hook=lambda fields: SimpleNamespace(**fields))
    except RecursionError as error:
        raise Unavailable("broken", error="endless") from error
    if getattr(chunk, "error", None):
        raise Unavailable("broken", error="APIError")
    return chunk
