"""Every model server that speaks the chat-completions protocol, from api.openai.com to a local Ollama.

The client is told to retry nothing and to wait shortly; retries, deadlines and what counts as an answer are
decided here, because the client accepts streams that simply end and waits up to half an hour for others.
"""

import json
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import openai

from npcs.llm.addresses import AddressRefused, check_url
from npcs.llm.base import Reply, Turn, Unavailable
from npcs.llm.connection import Line, LineCut
from npcs.llm.faults import RETRY_SECONDS, is_worth_a_retry, unavailable
from npcs.llm.reading import Deadline, read_with_patience

FAULTS = (openai.OpenAIError, json.JSONDecodeError, UnicodeDecodeError, AddressRefused, LineCut)
# Some servers refuse parameters that others require; a refused request is sent again without these.
OPTIONAL_PARAMETERS = ("temperature", "stream_options")
# How a stored key begins that was enciphered under another SECRET_KEY: it must not be sent anywhere.
UNDECIPHERED = "gAAAAA"
# A stream this long is a server gone mad, not an answer.
MAX_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class OpenAiCompatible:
    """A model behind a base address. The key is kept out of every representation."""

    label: str
    base_url: str
    model: str
    api_key: str = field(repr=False)
    timeout_seconds: float = 60.0
    silence_seconds: float = 20.0
    is_openai: bool = False

    def stream(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float
    ) -> Generator[str, None, Reply]:
        deadline = Deadline(self.timeout_seconds)
        request = self._request(turns, max_tokens=max_tokens, temperature=temperature)
        for attempt in (1, 2):
            answer = _Answer()
            try:
                yield from self._pieces(request, answer=answer, deadline=deadline)
                return answer.reply()
            except FAULTS as error:
                failure = unavailable(error)
                adapted = _adapted(request, error)
            except Unavailable as error:
                failure, adapted = error, None
            if attempt == 2 or answer.text or not (adapted or is_worth_a_retry(failure)):
                raise failure
            request = adapted or request
            _pause(failure, deadline, is_adapted=adapted is not None)
        raise AssertionError("the second attempt returns or raises")

    def _request(self, turns: Sequence[Turn], *, max_tokens: int, temperature: float) -> dict[str, Any]:
        # The older name is the one that every other server knows.
        limit = "max_completion_tokens" if self.is_openai else "max_tokens"
        return {
            "model": self.model,
            "messages": [{"role": turn.role, "content": turn.text} for turn in turns],
            limit: max_tokens,
            "temperature": temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def _pieces(self, request: dict, *, answer: "_Answer", deadline: Deadline) -> Iterator[str]:
        check_url(self.base_url)
        if self.api_key.startswith(UNDECIPHERED):
            raise Unavailable("auth", error="UnreadableKey")
        line = Line(read_seconds=self.silence_seconds)
        chunks = read_with_patience(
            lambda: self._chunks(line, request),
            faults=FAULTS,
            deadline=deadline,
            silence_seconds=self.silence_seconds,
            give_up=line.cut,
        )
        with closing(chunks):
            for chunk in chunks:
                if piece := answer.take(chunk):
                    yield piece
                if len(answer.text) > MAX_CHARACTERS:
                    raise Unavailable("broken", error="endless")

    def _chunks(self, line: Line, request: dict) -> Iterator[Any]:
        with line.client:
            client = openai.OpenAI(
                # Local servers want none, but the client insists on one.
                api_key=self.api_key or "none",
                base_url=self.base_url,
                max_retries=0,
                http_client=line.client,
            )
            with client.chat.completions.create(**request) as stream:
                yield from stream


class _Answer:
    """What a stream has brought so far. Chunks come from strangers: nothing about their shape is certain."""

    def __init__(self) -> None:
        self.text = ""
        self._finish = ""
        self._tokens: tuple[int | None, int | None] = (None, None)

    def take(self, chunk: object) -> str:
        """The text in the chunk, if there is any."""
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._tokens = (_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list) or not choices:
            return ""
        finish = getattr(choices[0], "finish_reason", None)
        if isinstance(finish, str):
            self._finish = finish.lower()
        piece = getattr(getattr(choices[0], "delta", None), "content", None)
        if not isinstance(piece, str):
            return ""
        self.text += piece
        return piece

    def reply(self) -> Reply:
        """A stream that only stops is no answer: it must say why it ended, and have said something."""
        if not self._finish:
            raise Unavailable("broken", error="unfinished")
        if self._finish == "content_filter":
            raise Unavailable("broken", error="content_filter")
        if not self.text.strip():
            raise Unavailable("broken", error="empty")
        is_truncated = self._finish in {"length", "max_tokens"}
        return Reply(self.text, is_truncated, *self._tokens)


def _count(usage: object, name: str) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and 0 <= value < 10**9 else None


def _adapted(request: dict, error: Exception) -> dict | None:
    """The request as a stricter server wants it, when it has just refused one of our parameters."""
    if not isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
        return None
    complaint = str(error.body or error)
    adapted = {name: value for name, value in request.items() if name not in OPTIONAL_PARAMETERS}
    if "max_completion_tokens" in complaint and "max_tokens" in adapted:
        adapted["max_completion_tokens"] = adapted.pop("max_tokens")
        return adapted
    return adapted if any(name in complaint for name in OPTIONAL_PARAMETERS) else None


def _pause(failure: Unavailable, deadline: Deadline, *, is_adapted: bool) -> None:
    asked = RETRY_SECONDS if failure.retry_after is None else failure.retry_after
    wait = 0.0 if is_adapted else asked
    if wait >= deadline.seconds_left:
        raise failure
    time.sleep(wait)
