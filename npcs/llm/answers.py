"""What a stream has brought so far. Chunks come from strangers: nothing about their shape is certain."""

from collections.abc import Iterable
from dataclasses import dataclass

from npcs.llm.base import Reply, ToolCall, Unavailable
from npcs.llm.repetition import MIN_CHARACTERS, loop_start

MAX_CALLS = 8
# The policy's limit is smaller; this one only keeps a stream from filling the memory.
MAX_ARGUMENTS = 65_536
_GLANCE = 200


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


class Answer:
    def __init__(self) -> None:
        self.text = ""
        self._finish = ""
        self._tokens: tuple[int | None, int | None, int | None] = (None, None, None)
        self._calls: dict[int, _Call] = {}
        self._looked_at = MIN_CHARACTERS
        self._loop: int | None = None

    @property
    def has_begun(self) -> bool:
        return bool(self.text or self._calls)

    def take(self, chunk: object) -> str:
        """The text in the chunk, if there is any."""
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            details = getattr(usage, "prompt_tokens_details", None)
            self._tokens = (
                _count(usage, "prompt_tokens"),
                _count(usage, "completion_tokens"),
                _count(details, "cached_tokens"),
            )
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list) or not choices:
            return ""
        finish = getattr(choices[0], "finish_reason", None)
        if isinstance(finish, str):
            self._finish = finish.lower()
        delta = getattr(choices[0], "delta", None)
        self._take_calls(getattr(delta, "tool_calls", None))
        piece = getattr(delta, "content", None)
        if not isinstance(piece, str):
            return ""
        self.text += piece
        return piece

    def is_looping(self) -> bool:
        """Whether the model says the same over and over; looked at from time to time only."""
        if len(self.text) < self._looked_at:
            return False
        self._looked_at = len(self.text) + _GLANCE
        self._loop = loop_start(self.text)
        return self._loop is not None

    def reply(self) -> Reply:
        """A stream that only stops is no answer: it must say why it ended, and have said something."""
        if self._loop is not None:
            return Reply(self.text[: self._loop].rstrip() + "…", is_truncated=True)
        if not self._finish:
            raise Unavailable("broken", error="unfinished")
        if self._finish == "content_filter":
            raise Unavailable("broken", error="content_filter")
        calls = tuple(ToolCall(call.id, call.name, call.arguments) for call in self._calls.values())
        if not self.text.strip() and not calls:
            raise Unavailable("broken", error="empty")
        is_truncated = self._finish in {"length", "max_tokens"}
        tokens_in, tokens_out, cached = self._tokens
        return Reply(self.text, is_truncated, tokens_in, tokens_out, tokens_cached=cached, calls=calls)

    def _take_calls(self, deltas: object) -> None:
        """Names come once, arguments in pieces; what belongs together has the same index."""
        for delta in deltas if isinstance(deltas, Iterable) else ():
            index = getattr(delta, "index", None)
            index = index if isinstance(index, int) else len(self._calls)
            if index not in self._calls and len(self._calls) >= MAX_CALLS:
                continue
            call = self._calls.setdefault(index, _Call(id=f"call_{index}"))
            function = getattr(delta, "function", None)
            call.id = _text(delta, "id") or call.id
            call.name = _text(function, "name") or call.name
            if len(call.arguments) <= MAX_ARGUMENTS:
                call.arguments += _text(function, "arguments")


def _text(thing: object, name: str) -> str:
    value = getattr(thing, name, None)
    return value if isinstance(value, str) else ""


def _count(usage: object, name: str) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and 0 <= value < 10**9 else None
