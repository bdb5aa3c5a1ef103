"""Lines that ask for no knowledge: greetings, thanks, questions about the character."""

import re

from npcs.builtin.lexicon import word_set

_WORDS = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_MAX_WORDS = 9

_POLITE = word_set(
    """
    a again all and are bye cheers dear evening for friend good goodbye greetings hello help hey hi
    hiya how is it later lot lots morning much night nice now of ok okay please see so soon thank
    thanks that the there this to today very was welcome well you your
    """
)
_GREETINGS = word_set("hello hi hey hiya greetings morning evening welcome")
_PARTINGS = word_set("bye goodbye later")
_THANKS = word_set("thank thanks cheers")

_ABOUT_ME = (
    "who are you",
    "what are you",
    "what is your name",
    "what's your name",
    "what can you do",
    "what can i ask",
    "what do you know",
    "what can you tell me",
    "what can you teach",
    "what do you teach",
    "how can you help",
    "can you help me",
    "are you a human",
    "are you human",
    "are you a robot",
    "are you a bot",
    "are you an ai",
    "tell me about yourself",
    "introduce yourself",
    "help",
)
_MORE = frozenset(
    [
        "more", "tell me more", "go on", "continue", "please continue", "and then", "what else",
        "anything else", "why", "how so", "more please", "tell me more please", "really",
        "tell me more about it", "tell me more about that", "can you tell me more", "and",
        "explain", "explain more", "say more", "i want to know more", "go ahead", "next",
    ]
)  # fmt: skip


def kind_of(text: str, *, name: str) -> str:
    """ "hello", "thanks", "bye", "about", "more", or "" for a line that wants knowledge."""
    spoken = [word.lower().replace("\u2019", "'") for word in _WORDS.findall(text[:400])]
    own = {word.lower() for word in _WORDS.findall(name)}
    said = [word for word in spoken if word not in own]
    line = " ".join(said)
    if not spoken or len(said) > _MAX_WORDS:
        return ""
    if line in _MORE:
        return "more"
    if _asks_about_me(line):
        return "about"
    if not set(said) <= _POLITE:
        return ""
    for kind, marks in (("thanks", _THANKS), ("bye", _PARTINGS), ("hello", _GREETINGS)):
        if marks.intersection(said):
            return kind
    return "hello" if not said else ""


def _asks_about_me(line: str) -> bool:
    for question in _ABOUT_ME:
        start, found, rest = line.partition(question)
        polite = {*start.split(), *rest.split()} <= _POLITE
        if found and polite and (not rest or rest[0] == " "):
            return True
    return False
