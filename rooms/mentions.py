"""Who is called in a message: `@Name`, the longest name that fits, in any case, at a word's border."""

import re
from collections.abc import Iterable

MAX_CALLED = 3
# Linear: no nested repetition. Code is quoted text, not an address.
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def called(text: str, names: Iterable[str]) -> list[str]:
    """The names that are called, in the order in which they come, at most MAX_CALLED."""
    plain = CODE.sub(" ", text)
    by_length = sorted(names, key=len, reverse=True)
    found: list[str] = []
    for at in (match.end() for match in re.finditer("@", plain)):
        # In an e-mail address a letter or digit stands before the sign.
        if at >= 2 and (plain[at - 2].isalnum() or plain[at - 2] in "._%+-"):
            continue
        name = next((name for name in by_length if _stands_at(plain, at, name)), None)
        if name and name not in found:
            found.append(name)
    return found[:MAX_CALLED]


def _stands_at(text: str, at: int, name: str) -> bool:
    end = at + len(name)
    return text[at:end].casefold() == name.casefold() and not (end < len(text) and text[end].isalnum())
