"""The tutor that needs no model: it finds, quotes and cites, and never makes anything up.

Whether a question that belongs to the subject is really answered cannot be told from the
scores, so the wording stays a quotation. Off the subject, the tutor refuses and says what
its notes do cover.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from npcs.builtin import phrases
from npcs.builtin.cloze import check_reply, make_cloze
from npcs.builtin.quoting import Quote, choose, sentences_of
from npcs.builtin.retrieval import MAX_QUESTION, Index
from npcs.builtin.smalltalk import kind_of
from npcs.builtin.text import escape_markdown, one_line
from npcs.builtin.words import keywords, stems

__all__ = ["TutorAnswer", "answer", "aside", "check_reply", "stream"]

PIECE_WORDS = 3
MAX_TOPICS = 3
MAX_LOOKED_AT = 12

_MARKER = re.compile(r" ?\[\d\]")
_PIECE = re.compile(r"\s*+(?:\S++\s*+){1,3}|\s++")


@dataclass(frozen=True, slots=True)
class TutorAnswer:
    """Markdown; `[1]` in the text is the passage `sources[0]`."""

    text: str
    sources: list[int]
    refused: bool
    check_question: str = ""
    check_answer: str = ""


def answer(question: str, *, notes: Index, tone: str, name: str, seed: int, earlier: str = "") -> TutorAnswer:
    """What the notes say to the question; `earlier` is the character's line before it."""
    chance = random.Random(seed)
    question = one_line(question[:MAX_QUESTION])
    kind = kind_of(question, name=name)
    if kind and kind != "more":
        return _small_talk(kind, notes=notes, tone=tone, name=name, chance=chance)
    said = _quoted_part(earlier)
    if kind == "more":
        question = said
    if not notes.passages:
        return TutorAnswer(phrases.NO_NOTES, [], True)
    # Nothing but small words, or nothing but figures: there is no subject to look for.
    if not any(word.isalpha() for word in stems(question)):
        lead = phrases.say("vague", tone=tone, chance=chance)
        return TutorAnswer(f"{lead} {_offer('', notes, tone, chance)}", [], True)
    quotes = choose(question, notes=notes, said=said)
    if not quotes:
        lead = phrases.say("refused", tone=tone, chance=chance)
        return TutorAnswer(f"{lead} {_offer(question, notes, tone, chance)}", [], True)
    return _quoted(quotes, notes=notes, tone=tone, chance=chance)


def aside(kind: str, *, tone: str, seed: int) -> str:
    """A line that has nothing to do with the notes."""
    return phrases.say(kind, tone=tone, chance=random.Random(seed))


def stream(text: str) -> Iterator[str]:
    """The text in pieces of a few words, which together are the text."""
    for match in _PIECE.finditer(text):
        yield match[0]


def _quoted_part(earlier: str) -> str:
    """What an earlier answer quoted: without its lead-in, marks and check question."""
    parts = earlier[:MAX_QUESTION].split("\n\n")
    return one_line(_MARKER.sub("", parts[min(1, len(parts) - 1)]).replace("\\", ""))


def _quoted(quotes: list[Quote], *, notes: Index, tone: str, chance: random.Random) -> TutorAnswer:
    lead = phrases.say("weak" if quotes[0].is_weak else "found", tone=tone, chance=chance)
    sources = [quote.passage_id for quote in quotes]
    body = " ".join(
        f"{escape_markdown(quote.text)} [{number}]" for number, quote in enumerate(quotes, start=1)
    )
    said = " ".join(quote.text for quote in quotes)
    others = [sentence for sentence in sentences_of(notes.passages[sources[0]]) if sentence not in said]
    check = make_cloze(others, said=said, notes=notes, tone=tone, chance=chance)
    return TutorAnswer(
        text=f"{lead}\n\n{body}",
        sources=sources,
        refused=False,
        check_question=check.question if check else "",
        check_answer=check.answer if check else "",
    )


def _small_talk(kind: str, *, notes: Index, tone: str, name: str, chance: random.Random) -> TutorAnswer:
    line = phrases.say(
        "hello" if kind == "about" else kind, tone=tone, chance=chance, name=escape_markdown(name)
    )
    if kind == "about":
        line = f"{line} {phrases.ABILITIES}"
    if kind in {"about", "hello"}:
        line = f"{line} {_covered(notes)}"
    return TutorAnswer(line, [], False)


def _covered(notes: Index) -> str:
    topics = _topics("", notes)
    return f"My notes cover {phrases.listed(topics)}." if topics else phrases.NO_NOTES


def _offer(question: str, notes: Index, tone: str, chance: random.Random) -> str:
    topics = _topics(question, notes)
    if not topics:
        return phrases.NO_NOTES
    return phrases.say("offer", tone=tone, chance=chance, topics=phrases.listed(topics))


def _topics(question: str, notes: Index) -> list[str]:
    """Up to three things the notes cover: nearest to the question, or spread over all."""
    hits = [notes.passages[hit.id] for hit in notes.search(question, limit=8)] if question else []
    found: dict[str, str] = {}
    # Some passages have nothing to quote, so a few more are looked at.
    for passage in [*hits, *notes.spread(MAX_TOPICS), *notes.spread(MAX_LOOKED_AT)]:
        if not sentences_of(passage):
            continue
        topic = passage.topic or next(iter(keywords(passage.text, limit=1)), "")
        if topic:
            found.setdefault(topic.casefold(), f"**{escape_markdown(topic)}**")
        if len(found) == MAX_TOPICS:
            break
    return list(found.values())
