"""What is looked at before a player's words are stored. Apps above register their own checks for a kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from padawanforge.kit.errors import DomainError


class Refused(DomainError):
    """A check refuses: `code` says which sort, `rule` which one, `retry_ms` when it may be tried again."""

    def __init__(self, sentence: str, *, code: str, rule: str = "", retry_ms: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        self.rule = rule or code
        # What was looked at, which need not be the message's own text; `run` notes it.
        self.text = ""
        # Goes along with the refusal to the client.
        self.told = {"retry_ms": retry_ms} if retry_ms else {}


@dataclass(frozen=True, slots=True)
class Passed:
    """The text as it may be stored; with `held`, nobody reads it before somebody has looked at it."""

    text: str
    held: str = ""


# Asked as check(player, channel, text, now): raises a DomainError, or returns None or a Passed.
Check = Callable[[Any, Any, str, datetime], Passed | None]
_checks: dict[str, list[tuple[Check, Check | None]]] = {}


def register(kind: str, check: Check, *, edit: Check | None = None) -> None:
    """The checks of a kind of channel run in the order of their registration; `edit` when a text is changed."""
    known = _checks.setdefault(kind, [])
    if (check, edit) in known:
        raise ValueError(f"This check of {kind!r} is already registered.")
    known.append((check, edit))


def run(*, player: Any, channel: Any, text: str, now: datetime, is_edit: bool = False) -> Passed:
    """Call it under the channel's lock, before the row is written."""
    passed = Passed(text)
    for new, edit in _checks.get(channel.kind, ()):
        check = edit if is_edit else new
        if check is None:
            continue
        try:
            change = check(player, channel, passed.text, now)
        except Refused as refusal:
            refusal.text = text
            raise
        if change:
            passed = Passed(change.text, held=passed.held or change.held)
    return passed
