"""What somebody says of himself, found by patterns: enough for an engine without a language model.

English only. Every pattern is bounded: strangers choose the text.
"""

import re
from dataclasses import dataclass

MAX_SENTENCE = 600
MAX_TEXT = 300
MAX_FACTS = 3
# Of these one has several, so that a second one takes no place of the first.
MANY = frozenset(
    {"friend", "brother", "sister", "cousin", "teacher", "colleague", "classmate", "neighbour", "neighbor"}
)
_VALUE = r"(?P<value>[^,;:.!?\n]{1,80})"
_END = re.compile(
    r"\s+(?:and|but|because|so|since|although|though|which|who|when|while|if)\s.*$", re.IGNORECASE
)
_I_AM = r"\bI(?:'m|\s+am)\s+"
_NOT = re.compile(r"^(?:not|no|n't|sure|sorry|afraid|going|trying|just|so|very|also)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fact:
    """`attribute` is what it is about; two facts with the same one and another value contradict each other."""

    text: str
    attribute: str
    value: str
    kind: str = "fact"
    importance: int = 6
    is_asked_for: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`attribute` may hold {value} and {of}, for what one can have, like or learn several of."""

    expression: re.Pattern[str]
    attribute: str
    value: str = "{value}"
    kind: str = "fact"
    importance: int = 6
    is_asked_for: bool = False


def _pattern(expression: str, attribute: str, **more: object) -> _Pattern:
    return _Pattern(re.compile(expression, re.IGNORECASE), attribute, **more)  # type: ignore[arg-type]


_PATTERNS = (
    _pattern(
        r"\bremind\s+me\s+(?:to|about|that|of)\s+" + _VALUE, "reminder: {value}", kind="promise",
        importance=8, is_asked_for=True,
    ),
    _pattern(
        r"\b(?:my\s+name\s+is|I(?:'m|\s+am)\s+called|(?:please\s+|people\s+)?call\s+me)\s+"
        r"(?P<value>[^\W\d_][\w'\u2019-]{0,30}(?:\s+[A-Z][\w'\u2019-]{0,30}){0,2})",
        "name", importance=8,
    ),
    _pattern(_I_AM + r"(?P<value>\d{1,3})(?:\s+years?\s+old\b|\s*(?:[.!,]|$))", "age"),
    _pattern(r"\bI(?:'m|\s+am)?\s+liv(?:e|ing)\s+in\s+" + _VALUE, "home"),
    _pattern(_I_AM + r"from\s+" + _VALUE, "origin"),
    _pattern(r"\bI\s+work\s+(?:as|at|for|in)\s+" + _VALUE, "work"),
    _pattern(
        r"\bI(?:'m|\s+am)?\s+(?:learn|learning|study|studying)\s+" + _VALUE, "learns {value}", value="yes"
    ),
    _pattern(
        r"\bI\s+(?:want|would\s+like|plan|hope|intend|promise)\s+to\s+" + _VALUE, "goal: {value}",
        kind="promise", importance=7,
    ),
    _pattern(r"\bmy\s+(?:goal|plan|aim|dream)\s+is\s+(?:to\s+)?" + _VALUE, "goal", kind="promise", importance=7),
    _pattern(
        r"\bI\s+(?:don't|do\s+not|no\s+longer|never)\s+(?:really\s+)?(?:like|love|enjoy)\s+" + _VALUE,
        "likes {value}", value="no",
    ),
    _pattern(r"\bI\s+(?:really\s+)?(?:hate|dislike|can't\s+stand)\s+" + _VALUE, "likes {value}", value="no"),
    _pattern(
        r"\bI\s+(?:really\s+|do\s+)?(?:like|love|enjoy|adore)\s+" + _VALUE, "likes {value}", value="yes"
    ),
    _pattern(
        r"\bI\s+(?:struggle|have\s+trouble)\s+with\s+" + _VALUE, "finds hard {value}", value="yes"
    ),
    _pattern(r"\bI\s+(?:don't|do\s+not|can't)\s+understand\s+" + _VALUE, "finds hard {value}", value="yes"),
    _pattern(r"\bmy\s+favou?rite\s+(?P<of>\w{1,30}(?:\s\w{1,30})?)\s+is\s+" + _VALUE, "favourite {of}"),
    _pattern(
        r"\bI\s+have\s+(?:a|an)\s+(?P<of>\w{1,30})\s+(?:called|named)\s+"
        r"(?P<value>[^\W\d_][\w'\u2019-]{0,30})",
        "my {of}'s name",
    ),
    _pattern(
        r"\bmy\s+(?P<of>\w{1,30})(?:'s|\u2019s)?\s+(?:name\s+is|is\s+called|is\s+named)\s+"
        r"(?P<value>[^\W\d_][\w'\u2019-]{0,30})",
        "my {of}'s name",
    ),
    # "My dog is Rex" is a name, "my dog is ill" is a state: what begins with a capital names.
    _Pattern(
        re.compile(r"\b[Mm]y\s+(?P<of>\w{1,30})\s+(?:is|was)\s+(?P<value>[A-Z][\w'\u2019-]{0,30})(?=\W|$)"),
        "my {of}'s name",
    ),
    _pattern(r"\bmy\s+(?P<of>\w{1,30}(?:\s\w{1,30})?)\s+(?:is|are)\s+" + _VALUE, "my {of}"),
    _pattern(r"\bI\s+have\s+(?:a|an|two|three|four|five)\s+" + _VALUE, "has {value}", value="yes"),
    _pattern(_I_AM + r"(?:a|an)\s+" + _VALUE, "is {value}", value="yes"),
    _pattern(
        r"\b(?:please\s+)?(?:remember|keep\s+in\s+mind|don't\s+forget)\s+(?:that\s+)?" + _VALUE,
        "note: {value}", importance=8, is_asked_for=True,
    ),
)  # fmt: skip
_ASKED_FOR = re.compile(
    r"\b(?:please\s+)?(?:remember|keep in mind|don't forget)\b(?!\s+(?:me|when|how|what))", re.I
)


def facts_in(sentences: list[str], *, limit: int = MAX_FACTS) -> list[Fact]:
    """At most so many facts of what was said, each once, in the order of the sentences."""
    found: dict[str, Fact] = {}
    for sentence in sentences:
        fact = fact_in(sentence[:MAX_SENTENCE])
        if fact is not None:
            found.setdefault(fact.attribute, fact)
    return list(found.values())[:limit]


def fact_in(sentence: str) -> Fact | None:
    """What the sentence says of its speaker, by the first pattern that fits; a question says nothing."""
    sentence = " ".join(sentence.replace("\u2019", "'").split())
    is_question = sentence.rstrip("\"') ").endswith("?")
    for pattern in _PATTERNS:
        if is_question and not pattern.is_asked_for:
            continue
        match = pattern.expression.search(sentence)
        if match and (fact := _fact(pattern, match, sentence)):
            return fact
    return None


def _fact(pattern: _Pattern, match: re.Match[str], sentence: str) -> Fact | None:
    value = _END.sub("", match["value"]).strip(" \"'()*_")
    if not value or _NOT.match(value):
        return None
    of = match.groupdict().get("of") or ""
    named = {"value": value.casefold(), "of": of.casefold()}
    attribute = pattern.attribute.format(**named)
    if of.casefold() in MANY:
        attribute = f"{attribute} {value.casefold()}"
    start, end = match.start(), match.start("value") + len(match["value"].rstrip())
    text = sentence[start : min(end, match.start("value") + match["value"].find(value) + len(value))]
    is_asked_for = pattern.is_asked_for or bool(_ASKED_FOR.search(sentence))
    return Fact(
        text=(text[:1].upper() + text[1:])[:MAX_TEXT],
        attribute=attribute[:100],
        value=pattern.value.format(value=value.casefold())[:200],
        kind=pattern.kind,
        importance=8 if is_asked_for else pattern.importance,
        is_asked_for=is_asked_for,
    )
