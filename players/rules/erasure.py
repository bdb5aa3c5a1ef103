"""Takes somebody's names out of what others wrote, and looks for them."""

import re
from collections.abc import Iterable

FORMER_NAME = "Former player"
FORMER_MENTION = "@former-player"
# Shorter names are found in every second sentence.
SHORTEST_NAME = 3


def without_mentions(text: str, username: str) -> str:
    """Every @username becomes nobody's; longer names that begin alike stay."""
    return _pattern("@" + username).sub(FORMER_MENTION, text)


def without_names(text: str, names: Iterable[str]) -> str:
    for name in names:
        if len(name) >= SHORTEST_NAME:
            text = _pattern(name).sub(FORMER_NAME, text)
    return text


def holds_word(text: str, word: str) -> bool:
    return _pattern(word).search(text) is not None


def _pattern(word: str) -> re.Pattern[str]:
    # Usernames have hyphens inside, so "ada" isn't found in "ada-2".
    return re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
