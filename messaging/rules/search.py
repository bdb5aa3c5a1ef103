"""What somebody typed into the search, taken apart: words, operators, and what nobody can make out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

HAS = ("link", "file", "image", "poll", "reaction")
IS = ("pinned", "mention", "saved", "whisper", "thread")
OPERATORS = ("from", "in", "has", "is", "before", "after", "on")
# Of each operator; a search with more of them is a slip of the hand.
MAX_OF_A_KIND = 10

_PART = re.compile(r'(?P<minus>-?)(?P<name>[A-Za-z]+):(?!//)(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]*))')
_TOKEN = re.compile(r'-?"[^"]*"|\S+')


@dataclass(frozen=True, slots=True)
class Search:
    """Days are meant in the reader's own time zone; `until` is the first day that is not meant any more."""

    words: str = ""
    authors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    # Sentences for people; a search with problems is not run.
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Search()


def parse(text: str, *, today: date) -> Search:
    """Words, "phrases" and -exclusions go to the index; `name:value` narrows; `"name:value"` is a phrase."""
    search, words, at = Search(), [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _PART.match(text, at)
        if match:
            search = _narrowed(search, match, today)
        else:
            match = _TOKEN.match(text, at)
            words.append(match[0])
        at = match.end()
    return replace(search, words=" ".join(words))


def excerpt(text: str, words: list[str], *, length: int = 240) -> str:
    """The part of the text around the first of the words, on one line."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    places = [match.start() for word in words if (match := re.search(rf"\b{re.escape(word)}", text, re.I))]
    start = max(0, min(places, default=0) - length // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + length)
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"


def _narrowed(search: Search, match: re.Match[str], today: date) -> Search:
    name = match["name"].lower()
    value = (match["value"] if match["quoted"] is None else match["quoted"]).strip()
    if name not in OPERATORS:
        known = ", ".join(f"{operator}:" for operator in OPERATORS)
        return _problem(search, f'There is no {name}: here, only {known}. Put "{match[0]}" in quotes to find it as it stands.')  # fmt: skip
    if match["minus"]:
        return _problem(search, f"{name}: can't be excluded, only words can.")
    if not value:
        return _problem(search, f"Write something right after {name}:, without a blank.")
    return _READERS[name](search, name, value, today)


def _into(field: str, allowed: tuple[str, ...] = ()) -> Callable[[Search, str, str, date], Search]:
    def read(search: Search, name: str, value: str, today: date) -> Search:
        value = value.lower() if allowed else value.removeprefix("@")
        if allowed and value not in allowed:
            return _problem(search, f"{name}: knows {', '.join(allowed)}, but not {value}.")
        known = getattr(search, field)
        if len(known) >= MAX_OF_A_KIND:
            return _problem(search, f"Use {name}: at most {MAX_OF_A_KIND} times.")
        return replace(search, **{field: known if value in known else (*known, value)})

    return read


def _day(search: Search, name: str, value: str, today: date) -> Search:
    """`before:` without that day, `after:` with it, as one says it of a calendar."""
    near = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        day = near.get(value.lower()) or date.fromisoformat(value)
        if not 1970 <= day.year < 2200:
            raise ValueError(value)
    except ValueError:
        return _problem(search, f"Write the day of {name}: like {name}:{today.isoformat()}.")
    if name in {"after", "on"}:
        search = replace(search, since=max(day, search.since or day))
    if name in {"before", "on"}:
        end = day + timedelta(days=1) if name == "on" else day
        search = replace(search, until=min(end, search.until or end))
    return search


def _problem(search: Search, sentence: str) -> Search:
    return replace(search, problems=(*search.problems, sentence))


_READERS = {
    "from": _into("authors"),
    "in": _into("places"),
    "has": _into("has", HAS),
    "is": _into("only", IS),
    "before": _day,
    "after": _day,
    "on": _day,
}
