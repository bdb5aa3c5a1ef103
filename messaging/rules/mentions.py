"""Where somebody is called in a text: `@name`, in any case, at a word's border, and never inside code."""

import re
from collections.abc import Collection
from dataclasses import dataclass

HERE = "here"
# In an e-mail address a letter or digit stands before the sign, in a link often a slash.
SIGN = re.compile(r"(?<![\w./@%+#=&-])@")
USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,28}[a-z0-9])?", re.IGNORECASE)
CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
GOES_ON = re.compile(r"[\w@]")


@dataclass(frozen=True, slots=True)
class Place:
    """A name that is called, with its sign: where it begins, and how long it is."""

    name: str
    start: int
    length: int


def without_code(text: str) -> str:
    """The text with blanks where code stood, which only quotes; everything else keeps its place."""
    return CODE.sub(lambda code: " " * len(code.group()), text)


def usernames_in(text: str) -> set[str]:
    """All that could be the username of somebody who is called, in small letters."""
    plain = without_code(text)
    matches = (USERNAME.match(plain, sign.end()) for sign in SIGN.finditer(plain))
    return {match.group().lower() for match in matches if match}


def places(text: str, names: Collection[str]) -> list[Place]:
    """Where the names are called, in order; of several that fit, the longest."""
    plain = without_code(text)
    by_length = sorted(names, key=len, reverse=True)
    found = []
    for sign in SIGN.finditer(plain):
        name = next((name for name in by_length if _stands_at(plain, sign.end(), name)), None)
        if name is not None:
            found.append(Place(name, sign.start(), len(name) + 1))
    return found


def without(text: str, found: Collection[Place]) -> str:
    """The text with blanks where these stood; everything else keeps its place."""
    for place in found:
        end = place.start + place.length
        text = text[: place.start] + " " * place.length + text[end:]
    return text


def _stands_at(text: str, at: int, name: str) -> bool:
    end = at + len(name)
    if text[at:end].casefold() != name.casefold():
        return False
    # "@ada-2" is somebody else than Ada, "@ada-" isn't.
    return not GOES_ON.match(text, end) and not re.match(r"-\w", text[end : end + 2])
