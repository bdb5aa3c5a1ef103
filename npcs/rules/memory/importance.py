"""How much something weighs that was said, from 1 to 10, without asking a model."""

import re

GREETING, CHAT, OPINION, PERSONAL, PROMISE, GIFT, TURNING = 1, 2, 4, 6, 7, 7, 9
LEAST, MOST = 1, 10

_OPINION = re.compile(r"\b(?:i think|i believe|i guess|in my opinion|i feel that|i prefer)\b", re.IGNORECASE)
_TURNING = re.compile(
    r"\b(?:i won|we won|i passed|i failed|i lost my|betray(?:ed|al)|victory|i graduated|i got the job)\b",
    re.IGNORECASE,
)
_EMOTION = re.compile(
    r"\b(?:love|hate|happy|sad|afraid|scared|angry|proud|excited|worried|lonely|nervous|glad|upset)\b|!!",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|my|me|mine|myself)\b", re.IGNORECASE)


def importance_of(text: str, *, is_greeting: bool = False) -> int:
    """Of what somebody said as it stands."""
    if is_greeting:
        return GREETING
    base = TURNING if _TURNING.search(text) else OPINION if _OPINION.search(text) else CHAT
    return clamped(base + bool(_EMOTION.search(text)) + bool(_FIRST_PERSON.search(text)))


def clamped(value: float) -> int:
    """What a model or a person gave as a weight, within the scale."""
    return min(MOST, max(LEAST, round(value)))
