"""When two memories are one and the same."""

import hashlib
import re
import unicodedata

_SPACE = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """Without case, accents, marks and punctuation."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    if not bare.isascii():
        bare = "".join(c for c in bare if not unicodedata.combining(c))
    return _SPACE.sub(" ", bare).strip()


def fingerprint(text: str, *, kind: str, visibility: str, place: object = "") -> str:
    """The same for what is said twice in one reach: a secret told again in public is another memory."""
    where = str(place) if visibility == "room" else ""
    said = normalised(text) or text
    return hashlib.sha256("\0".join([kind, visibility, where, said]).encode()).hexdigest()
