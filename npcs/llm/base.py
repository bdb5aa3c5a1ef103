"""What every engine has in common: turns in, pieces of text out, one typed ending."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]
Reason = Literal["auth", "rate", "timeout", "connection", "broken"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said; `name` is the speaker's, when several people talk."""

    role: Role
    text: str
    name: str = ""


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


class Unavailable(Exception):
    """The provider gave no usable answer. Holds nothing secret: it is stored and shown to staff."""

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

    Whoever collects the pieces must drop them when Unavailable comes: half an answer is none.
    """

    @property
    def label(self) -> str: ...

    def stream(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float
    ) -> Generator[str, None, Reply]: ...
