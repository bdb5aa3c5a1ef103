"""Every model server that speaks the chat-completions protocol, from api.openai.com to a local Ollama.

The client is told to retry nothing and to wait shortly; retries, deadlines and what counts as an answer are
decided here, because the client accepts streams that simply end and waits up to half an hour for others.
"""

import json
import random
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import httpx2
import openai

from npcs.llm.addresses import AddressRefused
from npcs.llm.answers import Answer
from npcs.llm.base import PLAIN, Options, Reply, ShouldStop, Turn, Unavailable, never
from npcs.llm.client import client_on, refuse_unusable
from npcs.llm.connection import Line, LineCut
from npcs.llm.events import DONE, chunk_of, events
from npcs.llm.faults import RETRY_SECONDS, is_worth_a_retry, unavailable
from npcs.llm.reading import Deadline, Stopped, read_with_patience

FAULTS = (openai.OpenAIError, json.JSONDecodeError, UnicodeDecodeError, AddressRefused, LineCut)
# Some servers refuse parameters that others require; a refused request is sent again without these.
OPTIONAL_PARAMETERS = ("temperature", "stream_options")
# A stream this long is a server gone mad, not an answer.
MAX_CHARACTERS = 200_000
ATTEMPTS = 3
# So many events after the last one are read away.
REST = 20


@dataclass(frozen=True, slots=True)
class OpenAiCompatible:
    """A model behind a base address. The key is kept out of every representation."""

    label: str
    base_url: str
    model: str
    api_key: str = field(repr=False)
    timeout_seconds: float = 120.0
    first_token_seconds: float = 20.0
    silence_seconds: float = 30.0
    is_openai: bool = False
    api_version: str = ""
    max_temperature: float = 2.0

    def stream(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float,
        should_stop: ShouldStop = never,
        options: Options = PLAIN,
    ) -> Generator[str, None, Reply]:
        deadline = Deadline(self.timeout_seconds)
        request = self._request(turns, max_tokens=max_tokens, temperature=temperature, options=options)
        for attempt in range(1, ATTEMPTS + 1):
            answer = Answer()
            try:
                yield from self._pieces(request, answer=answer, deadline=deadline, should_stop=should_stop)
                return replace(answer.reply(), attempts=attempt)
            except Stopped:
                return Reply(answer.text, is_stopped=True, attempts=attempt)
            except FAULTS as error:
                failure = unavailable(error)
                adapted = _adapted(request, error)
            except Unavailable as error:
                failure, adapted = error, None
            failure.attempts = attempt
            if attempt == ATTEMPTS or answer.text or not (adapted or is_worth_a_retry(failure)):
                raise failure
            request = adapted or request
            if _pause(failure, deadline, attempt=attempt, is_adapted=adapted is not None, stop=should_stop):
                return Reply("", is_stopped=True, attempts=attempt)
        raise AssertionError("the last attempt returns or raises")

    def _request(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float, options: Options
    ) -> dict[str, Any]:
        # The older name is the one that every other server knows.
        limit = "max_completion_tokens" if self.is_openai else "max_tokens"
        request = {
            "model": self.model,
            "messages": [_message(turn) for turn in turns],
            limit: max_tokens,
            "temperature": min(temperature, self.max_temperature),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if options.tools:
            request["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": tool.parameters,
                    },
                }
                for tool in options.tools
            ]
        if options.forced_tool:
            request["tool_choice"] = {"type": "function", "function": {"name": options.forced_tool}}
        if options.response_format:
            request["response_format"] = options.response_format
        return request

    def _pieces(
        self, request: dict, *, answer: Answer, deadline: Deadline, should_stop: ShouldStop
    ) -> Iterator[str]:
        refuse_unusable(self.base_url, self.api_key)
        first_token = Deadline(self.first_token_seconds)
        line = Line(self.base_url, read_seconds=max(self.silence_seconds, self.first_token_seconds))
        chunks = read_with_patience(
            lambda: self._chunks(line, request),
            faults=(*FAULTS, Unavailable),
            deadline=deadline,
            patience=lambda: self.silence_seconds if answer.has_begun else first_token.seconds_left,
            give_up=line.cut,
            should_stop=should_stop,
        )
        with closing(chunks):
            for chunk in chunks:
                if chunk is None:
                    return
                if piece := answer.take(chunk):
                    yield piece
                if len(answer.text) > MAX_CHARACTERS:
                    raise Unavailable("broken", error="endless")
                if answer.is_looping():
                    return

    def _chunks(self, line: Line, request: dict) -> Iterator[Any]:
        """What the server sends, then None. What is left of the stream is read after that, for the next answer."""
        with line as http, closing(self._ask(http, request)) as response, _vendors_faults(response.request):
            found = events(response.iter_bytes())
            for event in found:
                if event.startswith(DONE):
                    line.spare()
                    yield None
                    break
                yield chunk_of(event)
            # Nobody waits for these.
            deque(islice(found, REST), maxlen=0)

    def _ask(self, http: httpx2.Client, request: dict) -> httpx2.Response:
        client = client_on(http, self.base_url, self.api_key, api_version=self.api_version)
        # Read here: the client would make models of every chunk, and let go of a stream that has not quite ended.
        return client.post("/chat/completions", cast_to=httpx2.Response, body=request, stream=True)


@contextmanager
def _vendors_faults(request: httpx2.Request) -> Iterator[None]:
    """Faults of the connection while it is read, as the client names those before."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise openai.APITimeoutError(request=request) from error
    except httpx2.RequestError as error:
        raise openai.APIConnectionError(request=request) from error


def _message(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.call_id:
        message["tool_call_id"] = turn.call_id
    if turn.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.calls
        ]
    return message


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


def _pause(
    failure: Unavailable, deadline: Deadline, *, attempt: int, is_adapted: bool, stop: ShouldStop
) -> bool:
    """Wait before the next attempt; True when somebody stopped it meanwhile."""
    asked = failure.retry_after
    if asked is None:
        # Many who failed together must not come back together.
        asked = RETRY_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
    wait = Deadline(0.0 if is_adapted else asked)
    if wait.seconds_left >= deadline.seconds_left:
        raise failure
    while wait.seconds_left:
        if stop():
            return True
        time.sleep(min(0.1, wait.seconds_left))
    return False
