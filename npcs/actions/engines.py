"""The only place from which a provider is asked: switch, breaker, budget, call log and fallback on every way.

Who wants text calls `converse`, who wants data `npcs.actions.json_answers.ask_json`. No transaction may be open.
"""

import hashlib
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from django.db import connection

from npcs.actions.budgets import Caller, Spent, book, settle
from npcs.builtin.text import token_estimate
from npcs.llm import breaker
from npcs.llm.base import PLAIN, ChatModel, Options, Reply, ShouldStop, Turn, Unavailable, never
from npcs.llm.marks import visible
from npcs.llm.openai_compatible import OpenAiCompatible
from npcs.llm.presets import preset_of
from npcs.llm.reading import Deadline
from npcs.models import AiCall
from npcs.queries.engines import OWN_KEY_SECONDS, Engine
from npcs.queries.traffic import is_busy
from padawanforge.kit.threads import is_pooled

# For all providers together: below the lease of a background job.
CHAIN_SECONDS = 150.0
# Faults of one request, which say nothing about how the provider is.
_HARMLESS = frozenset({"content_filter", "empty", "BadRequestError", "UnprocessableEntityError", "busy"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the model besides the turns."""

    max_tokens: int
    temperature: float = 0.7
    options: Options = PLAIN
    on_text: Callable[[str], None] = lambda piece: None
    should_stop: ShouldStop = never
    # More than this is not listened to.
    max_characters: int = 200_000


@dataclass(frozen=True, slots=True)
class Fault:
    engine: str
    reason: str
    error: str
    status: int | None

    def as_data(self) -> dict[str, object]:
        return {"engine": self.engine, "reason": self.reason, "error": self.error, "status": self.status}


@dataclass(slots=True)
class Trail:
    """What happened on the way to an answer: calls that were made, and why some engines did not answer."""

    calls: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    tool_uses: list[int] = field(default_factory=list)
    tokens_in: int = 0
    tokens_out: int = 0
    is_estimated: bool = False
    cost: list = field(default_factory=list)  # one for each call; None where there is no price
    first_token_ms: int | None = None


def converse(
    caller: Caller, engines: Sequence[Engine], turns: Sequence[Turn], *, wish: Wish, trail: Trail
) -> tuple[Engine, Reply]:
    """The answer of the first engine that gives one; Unavailable when none does.

    After the first piece of text there is no fallback: whoever listens has heard it. BudgetSpent and
    ProvidersStopped are raised before anything is asked.
    """
    deadline = Deadline(CHAIN_SECONDS)
    last = Unavailable("connection", error="nobody")
    for engine in engines:
        said: list[str] = []
        try:
            return engine, _ask(
                caller, engine, turns, wish=_noting(wish, said), trail=trail, deadline=deadline
            )
        except Unavailable as fault:
            last = fault
            trail.faults.append(Fault(engine.label, fault.reason, fault.error, fault.status))
            if said:
                break
    raise last


def model_of(engine: Engine, *, seconds: float = CHAIN_SECONDS) -> OpenAiCompatible:
    """The engine as a chat model that has at most so many seconds."""
    provider, preset = engine.provider, preset_of(engine.kind)
    model = OpenAiCompatible(
        label=engine.label,
        base_url=engine.url,
        model=engine.model,
        api_key=engine.key,
        timeout_seconds=min(OWN_KEY_SECONDS, seconds),
        is_openai=engine.kind == "openai",
        max_temperature=preset.max_temperature,
    )
    if provider is None:
        return model
    return replace(
        model,
        timeout_seconds=min(float(provider.timeout_seconds), seconds),
        first_token_seconds=float(provider.first_token_seconds),
        silence_seconds=float(provider.idle_seconds),
        api_version=provider.api_version,
    )


def _noting(wish: Wish, said: list[str]) -> Wish:
    def on_text(piece: str) -> None:
        said.append(piece)
        wish.on_text(piece)

    return replace(wish, on_text=on_text)


def _ask(
    caller: Caller, engine: Engine, turns: Sequence[Turn], *, wish: Wish, trail: Trail, deadline: Deadline
) -> Reply:
    if not deadline.seconds_left:
        raise Unavailable("timeout", error="deadline")
    if engine.provider is not None and is_busy(engine.provider):
        raise Unavailable("rate", error="busy")
    if not breaker.may_ask(engine.breaker):
        raise Unavailable("connection", error="resting")
    prompt_tokens = _tokens(turns, wish.options)
    call = book(
        caller,
        engine,
        tokens_in=prompt_tokens,
        tokens_out=wish.max_tokens,
        prompt_hash=_hash_of(turns),
    )
    trail.calls.append(call.pk)
    _release_connection()
    listener = _Listener(model_of(engine, seconds=deadline.seconds_left), prompt_tokens)
    try:
        return listener.listen(turns, wish)
    finally:
        spent = listener.spent()
        _note_health(engine, spent)
        _add(trail, spent, cost=settle(call, engine, spent))


class _Listener:
    """One call, listened to: passes the text on and knows afterwards what was used."""

    def __init__(self, model: ChatModel, prompt_tokens: int) -> None:
        self._model = model
        self._prompt_tokens = prompt_tokens
        self._started = time.monotonic()
        self._first: int | None = None
        self._said = ""
        self._reply: Reply | None = None
        self._fault: Unavailable | None = None

    def listen(self, turns: Sequence[Turn], wish: Wish) -> Reply:
        stream = self._model.stream(
            turns,
            max_tokens=wish.max_tokens,
            temperature=wish.temperature,
            should_stop=wish.should_stop,
            options=wish.options,
        )
        try:
            with closing(stream):
                self._reply = self._collect(stream, wish)
        except Unavailable as fault:
            self._fault = fault
            raise
        return self._reply

    def _collect(self, stream: Generator[str, None, Reply], wish: Wish) -> Reply:
        while True:
            try:
                piece = next(stream)
            except StopIteration as end:
                return end.value
            self._first = self._first if self._first is not None else self._milliseconds()
            self._said += piece
            if shown := visible(piece):
                wish.on_text(shown)
            if len(self._said) > wish.max_characters:
                return Reply(self._said, is_truncated=True)

    def spent(self) -> Spent:
        """As the server counted; where it did not, as estimated from what was sent and received."""
        spent = self._failed() if self._reply is None else self._answered(self._reply)
        return replace(spent, latency_ms=self._milliseconds(), first_token_ms=self._first)

    def _failed(self) -> Spent:
        """A refusal costs nothing; a server that went silent or broke off had begun to work."""
        fault = self._fault or Unavailable("broken", error="error")
        has_refused = fault.status is not None or fault.reason in {"auth", "rate", "connection"}
        is_free = has_refused and not self._said
        return Spent(
            AiCall.State.FAILED,
            tokens_in=0 if is_free else self._prompt_tokens,
            tokens_out=token_estimate(self._said),
            error=f"{fault.reason}: {fault.error}",
            status=fault.status,
            attempts=fault.attempts,
        )

    def _answered(self, reply: Reply) -> Spent:
        written = self._said + "".join(call.arguments for call in reply.calls)
        is_counted = reply.tokens_in is not None and reply.tokens_out is not None
        return Spent(
            AiCall.State.STOPPED if reply.is_stopped else AiCall.State.OK,
            tokens_in=(reply.tokens_in or 0) if is_counted else self._prompt_tokens,
            tokens_cached=reply.tokens_cached or 0,
            tokens_out=(reply.tokens_out or 0) if is_counted else token_estimate(written),
            is_estimated=not is_counted,
            attempts=reply.attempts,
        )

    def _milliseconds(self) -> int:
        return round((time.monotonic() - self._started) * 1000)


def _note_health(engine: Engine, spent: Spent) -> None:
    if spent.state != AiCall.State.FAILED:
        breaker.note_success(engine.breaker)
    elif not any(harmless in spent.error for harmless in _HARMLESS):
        breaker.note_failure(engine.breaker)


def _add(trail: Trail, spent: Spent, *, cost: object) -> None:
    trail.tokens_in += spent.tokens_in
    trail.tokens_out += spent.tokens_out
    trail.is_estimated |= spent.is_estimated
    trail.cost.append(cost)
    if trail.first_token_ms is None:
        trail.first_token_ms = spent.first_token_ms


def _tokens(turns: Sequence[Turn], options: Options) -> int:
    written = sum(token_estimate(turn.text) for turn in turns)
    called = sum(token_estimate(call.arguments) for turn in turns for call in turn.calls)
    return written + called + sum(token_estimate(str(tool)) for tool in options.tools)


def _hash_of(turns: Sequence[Turn]) -> str:
    whole = "\x00".join(f"{turn.role}\x01{turn.text}" for turn in turns)
    return hashlib.sha256(whole.encode(errors="replace")).hexdigest()


def _release_connection() -> None:
    """The wait may be long: a pooled connection goes back until there is something to write.

    Another one is opened before the first word is shown, so it only goes where somebody else can have it.
    """
    if is_pooled() and not connection.in_atomic_block:
        connection.close()
