"""Questions of somebody about himself: answered from what is remembered of him, in his own words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from npcs.builtin.text import escape_markdown, one_line
from npcs.builtin.words import stems, words

MOST = 5
# Of what is asked for, so much has to stand in a memory.
SHARE = 0.5
RECALLED = "This is what I remember of what you told me:"
NOTHING = "I remember nothing about you."

_EVERYTHING = re.compile(
    r"\b(?:what|anything|everything)\b.{0,20}\byou\b.{0,10}\b(?:remember|know|recall)\b.{0,10}\b(?:about|of) me\b"
    r"|\b(?:do|can) you (?:still )?(?:remember|recall|know) me\b"
    r"|\bwhat (?:did|have) i (?:ever )?(?:tell|told) you\b"
    r"|^(?:so,? )?who am i\b",
    re.IGNORECASE,
)
_OF_MINE = re.compile(
    r"^(?:and |so |but )?(?:(?:do|can) you (?:still )?(?:remember|recall|know) )?"
    r"(?:what|where|when|who|which|how old|how many)\b(?:.*\b(?:my|mine)\b|.{0,40}\b(?:do|did|am|was|have) i\b)"
    r"|^(?:do|can) you (?:still )?(?:remember|recall|know) (?:my|that i|how i)\b",
    re.IGNORECASE,
)
# What one does with knowledge, not what one is: such questions are for the notes.
_FOR_NOTES = re.compile(r"\b(?:do|did|have) i (?:have to|need|get|make|calculate|know)\b", re.IGNORECASE)
# Words of the question that no memory needs to share.
_ASKING = frozenset(stems("remember recall told"))


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is remembered, and by which name it is known."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Recollection:
    text: str
    sources: tuple[str, ...] = ()


def is_personal(question: str) -> bool:
    """Whether somebody asks about himself at all."""
    question = one_line(question)
    is_of_mine = bool(_OF_MINE.search(question)) and not _FOR_NOTES.search(question)
    return is_of_mine or bool(_EVERYTHING.search(question))


def recollect(question: str, remarks: Sequence[Remark]) -> Recollection | None:
    """What to say to a question of somebody about himself; None when it is another one, or nothing fits."""
    question = one_line(question)
    # What somebody only asked says nothing about him.
    known = [remark for remark in remarks if not remark.text.rstrip().endswith("?")]
    if _EVERYTHING.search(question):
        return _told(known[:MOST]) if known else Recollection(NOTHING)
    found = _fitting(question, known) if is_personal(question) else []
    return _told(found) if found else None


def _fitting(question: str, known: Sequence[Remark]) -> list[Remark]:
    """Those that say most of what is asked for, best first; of equals, what comes to mind first."""
    wanted = _about(question) - _ASKING
    if not wanted:
        return []
    shares = [(len(wanted & _about(remark.text)) / len(wanted), remark) for remark in known]
    best = max((share for share, _ in shares), default=0.0)
    return [remark for share, remark in shares if share == best and share >= SHARE][:MOST]


def _about(text: str) -> set[str]:
    """The words that tell; a name is a small word elsewhere, not here."""
    return {*stems(text), *({"name"} & {word.casefold() for word in words(text)})}


def _told(remarks: Sequence[Remark]) -> Recollection:
    lines = list(dict.fromkeys(escape_markdown(one_line(remark.text)) for remark in remarks))
    text = "\n".join([RECALLED, "", *(f"- {line}" for line in lines)])
    return Recollection(text, tuple(dict.fromkeys(remark.source for remark in remarks if remark.source)))
