"""A statement as files carry it, and the rules of what a file may ask of us.

Everything here is plain Python about bytes and text from strangers: sizes are limited before anything is
unpacked, and what is no statement is named with its line instead of being read by halves.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MAX_TEXT_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5000
TEXT_LENGTH, EXPLANATION_LENGTH, QUOTE_LENGTH = 500, 2000, 1000
TOPIC_LENGTH, SUBTOPIC_LENGTH, SOURCE_LENGTH, FACT_LENGTH, LANG_LENGTH = 100, 100, 300, 100, 10

DIFFICULTIES = ("beginner", "intermediate", "advanced", "expert")
OTHER_NAMES = {"basic": "beginner", "easy": "beginner", "medium": "intermediate", "hard": "advanced"}
TRUE_WORDS = frozenset({"true", "t", "1", "yes", "y", "right", "correct"})
FALSE_WORDS = frozenset({"false", "f", "0", "no", "n", "wrong", "incorrect"})

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Overrides of the direction, zero-width marks and the like: they change what is shown without being seen.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]")
_NOT_SLUG = re.compile(r"[^a-z0-9_-]+")
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z")


class Unreadable(ValueError):
    """The whole file can't be taken; the text is fit for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. Empty strings say nothing: what the file leaves open, the import decides."""

    text: str
    answer: bool
    explanation: str = ""
    topic: str = ""
    subtopic: str = ""
    difficulty: str = ""
    source: str = ""
    quote: str = ""
    fact_key: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at a line of the file: a statement, or why there is none.

    `skipped` names another type of question; `problem` says what is wrong with one that should be ours.
    """

    line: int
    item: Item | None = None
    skipped: str = ""
    problem: str = ""
    text: str = ""


@dataclass(slots=True)
class Rows:
    """The rows found so far, never more than the limit."""

    found: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        if len(self.found) >= MAX_ROWS:
            raise Unreadable(f"This file has more than {MAX_ROWS} questions. Split it into parts.")
        self.found.append(row)

    def item(self, line: int, **values: object) -> None:
        """Take what a question says, or note what is wrong with it."""
        try:
            self.add(Row(line, item=checked(**values)))  # type: ignore[arg-type]
        except ValueError as error:
            self.problem(line, str(error), text=str(values.get("text", "")))

    def skip(self, line: int, kind: str, *, text: str = "") -> None:
        self.add(Row(line, skipped=kind, text=one_line(text)[:200]))

    def problem(self, line: int, reason: str, *, text: str = "") -> None:
        self.add(Row(line, problem=reason, text=one_line(text)[:200]))


def checked(
    *,
    text: str,
    answer: bool | None,
    explanation: str = "",
    topic: str = "",
    subtopic: str = "",
    **others: str,
) -> Item:
    """The item in its normal form; ValueError says what can't be taken."""
    if answer is None:
        raise ValueError("It does not say whether it is true or false.")
    item = Item(
        text=one_line(text),
        answer=answer,
        explanation=many_lines(explanation),
        # Paths of categories can't tell on which side of a name such a stroke stands.
        topic=one_line(topic).strip("/ "),
        subtopic=one_line(subtopic).strip("/ "),
        difficulty=_difficulty(one_line(others.get("difficulty", ""))),
        source=one_line(others.get("source", "")),
        quote=many_lines(others.get("quote", "")),
        fact_key=slug_of(others.get("fact_key", "")),
        lang=_lang(one_line(others.get("lang", ""))),
    )
    if not item.text:
        raise ValueError("The sentence is missing.")
    _within_limits(item)
    return item


def verdict_of(word: str) -> bool | None:
    """True and false as people write them; None for anything else."""
    plain = one_line(word).casefold().rstrip(".!")
    if plain in TRUE_WORDS:
        return True
    return False if plain in FALSE_WORDS else None


def one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def many_lines(text: str) -> str:
    lines = _clean(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip("\n")


def slug_of(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_SLUG.sub("-", plain.casefold()).strip("-")[:FACT_LENGTH]


def common_words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(one_line(text).casefold().rstrip(".!") for text in texts)


def true_false_of(options: Sequence[str], right: int) -> bool | None:
    """The key of a choice between exactly "true" and "false"; None when it is another question."""
    if len(options) != 2 or common_words(options) not in ({"true", "false"}, {"t", "f"}):
        return None
    return verdict_of(options[right]) if 0 <= right < len(options) else None


def _clean(text: str) -> str:
    return _INVISIBLE.sub("", _CONTROL.sub(" ", unicodedata.normalize("NFC", text)))


def _difficulty(word: str) -> str:
    plain = word.casefold()
    plain = OTHER_NAMES.get(plain, plain)
    if plain and plain not in DIFFICULTIES:
        raise ValueError(f"The difficulty {word[:40]!r} is none of {', '.join(DIFFICULTIES)}.")
    return plain


def _lang(word: str) -> str:
    if word and not _LANG.match(word):
        raise ValueError(f"The language {word[:40]!r} is no code such as en or pt-BR.")
    return word


def _within_limits(item: Item) -> None:
    limits = {
        "sentence": (item.text, TEXT_LENGTH),
        "explanation": (item.explanation, EXPLANATION_LENGTH),
        "topic": (item.topic, TOPIC_LENGTH),
        "subtopic": (item.subtopic, SUBTOPIC_LENGTH),
        "source": (item.source, SOURCE_LENGTH),
        "quote": (item.quote, QUOTE_LENGTH),
    }
    for name, (text, limit) in limits.items():
        if len(text) > limit:
            raise ValueError(f"The {name} has {len(text)} characters; {limit} are possible.")
