"""What a text looks like besides its words: links, shouting, piled-up accents, personal data."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]+", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w@.])@[\w-]+")
SHOUTED_FROM = 12
SHOUTED_SHARE = 0.8
MARKS_IN_A_ROW = 2
LONG_TEXT = 2000
MANY_LINES = 8
PERSONAL = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("a phone number", re.compile(r"(?<![\w.,])\+?\d(?:[ /()-]{0,2}\d){7,14}(?![\w])")),
    (
        "a home address",
        re.compile(
            r"\b\d{1,4} (?:[A-Z][\w'-]+ ){1,3}(?:street|road|avenue|lane|drive)\b"
            r"|\b[A-Z][\w-]+(?:stra(?:ß|ss)e|weg|gasse|platz) \d{1,4}\b",
        ),
    ),
    (
        "a school",
        re.compile(
            r"\b(?:my school is|i go to|i attend|ich gehe (?:auf|in) d(?:ie|as))\b.{0,60}"
            r"(?:school|college|schule|gymnasium)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "an age",
        re.compile(
            r"\b(?:i am|i'm|im|ich bin) (?:\d{1,2}(?= ?(?:$|[.,!?]|years? old|yo\b|jahre)))", re.IGNORECASE
        ),
    ),
)


def hosts_of(text: str) -> list[str]:
    """The sites that the links of the text lead to."""
    hosts = []
    for link in LINK.findall(text):
        try:
            host = urlsplit(link if "//" in link else f"//{link}").hostname or ""
        except ValueError:
            host = ""
        hosts.append(host.rstrip(".").casefold())
    return hosts


def belongs_to(host: str, domains: frozenset[str]) -> bool:
    """Whether the host is one of the domains or below one: cdn.example.org is, notexample.org isn't."""
    parts = host.split(".")
    return any(".".join(parts[n:]) in domains for n in range(len(parts)))


def mentions_in(text: str) -> int:
    return len(MENTION.findall(text))


def is_shouted(text: str) -> bool:
    letters = [c for c in text if c.isalpha() and c.upper() != c.lower()]
    capitals = sum(c.isupper() for c in letters)
    return len(letters) >= SHOUTED_FROM and capitals >= SHOUTED_SHARE * len(letters)


def without_piles(text: str) -> str:
    """At most two marks on a letter: more of them run over other lines."""
    kept, row = [], 0
    for character in unicodedata.normalize("NFC", text):
        row = row + 1 if unicodedata.combining(character) else 0
        if row <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def is_too_long(text: str) -> bool:
    return len(text) > LONG_TEXT or text.count("\n") + 1 > MANY_LINES


def calmed(text: str) -> str:
    """The same without shouting and piles of accents; links stay as they are."""
    text = without_piles(text)
    return text if not is_shouted(text) or LINK.search(text) else text.capitalize()


def personal_data(text: str) -> str:
    """What the text tells about its author, such as "a phone number"; empty when nothing."""
    plain = LINK.sub(" ", text)
    return next((name for name, pattern in PERSONAL if pattern.search(plain)), "")


@lru_cache(maxsize=4096)
def fingerprint(text: str) -> str:
    """The same for texts that differ in spaces and capitals only."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()
