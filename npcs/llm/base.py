"""What every engine has in common: turns in, pieces of text out, one typed ending."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
Reason = Literal["auth", "rate", "timeout", "connection", "broken"]
ShouldStop = Callable[[], bool]


def never() -> bool:
    """Nobody wants to stop."""
    return False


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as it is described to a model; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model wants done; the arguments as it wrote them, which may be anything."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said; `name` is the speaker's, when several people talk.

    For the manifest only: `source` tells which message it was, `subject` whose private matter it is. A turn of
    the assistant may carry `calls`; a turn of the role "tool" is the result of the call with the id `call_id`.
    """

    role: Role
    text: str
    name: str = ""
    source: str = ""
    subject: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """How an answer ended; the tokens are None where the server did not count them.

    An engine that chooses its passages itself says which ones [1], [2] ... in its text are.
    """

    text: str
    is_truncated: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None
    is_refusal: bool = False
    passages: tuple[int, ...] | None = None
    check_answer: str = ""
    recalled: tuple[str, ...] = ()  # sources of memories that the built-in engine has told
    is_stopped: bool = False
    tokens_cached: int | None = None
    calls: tuple[ToolCall, ...] = ()
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Options:
    """What else may be asked of a model: tools, one of them forced by name, or a response format."""

    tools: tuple[ToolSpec, ...] = ()
    forced_tool: str = ""
    response_format: Mapping[str, Any] | None = None


PLAIN = Options()


class Unavailable(Exception):
    """The provider gave no usable answer. Holds nothing secret: it is stored and shown to staff."""

    attempts = 1

    def __init__(
        self, reason: Reason, *, error: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{reason}: {error}" + (f" ({status})" if status else ""))
        self.reason = reason
        self.error = error
        self.status = status
        self.retry_after = retry_after


class ChatModel(Protocol):
    """Pieces of the answer as they come; the generator returns how it ended, or raises Unavailable.

    Whoever collects the pieces must drop them when Unavailable comes: half an answer is none. `should_stop` is
    asked several times a second, also while nothing comes: once it says yes, the connection is closed and the
    generator returns what there is.
    """

    @property
    def label(self) -> str: ...

    def stream(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float,
        should_stop: ShouldStop = never,
        options: Options = PLAIN,
    ) -> Generator[str, None, Reply]: ...
