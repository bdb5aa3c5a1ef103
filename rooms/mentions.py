"""Who is called in a message: `@Name`, the longest name that fits, in any case, at a word's border."""

import re
from collections.abc import Iterable

from padawanforge.kit.markdown import spoken

MAX_CALLED = 3
# In an e-mail address a letter or digit stands before the sign, in a link often a slash.
SIGN = re.compile(r"(?<![\w./@%+#=&-])@")
GOES_ON = re.compile(r"[\w@]")


def called(text: str, names: Iterable[str]) -> list[str]:
    """The names that are called, in the order in which they come, at most MAX_CALLED."""
    plain = spoken(text)
    by_length = sorted(names, key=len, reverse=True)
    found: list[str] = []
    for sign in SIGN.finditer(plain):
        name = next((name for name in by_length if _stands_at(plain, sign.end(), name)), None)
        if name and name not in found:
            found.append(name)
    return found[:MAX_CALLED]


def _stands_at(text: str, at: int, name: str) -> bool:
    end = at + len(name)
    return text[at:end].casefold() == name.casefold() and not GOES_ON.match(text, end)
