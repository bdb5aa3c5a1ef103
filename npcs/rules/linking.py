"""What people of other messengers write to a bot in order to be known as players here, and the codes for it."""

import random
import re
from dataclasses import dataclass

# Without letters that look like digits, or like each other.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 12, 4
_LOOKALIKES = str.maketrans("OIL", "011")
_LINK = re.compile(r"/?link\s+@(?P<username>\S{1,30})\s+(?P<code>\S.{0,60})", re.IGNORECASE)
_UNLINK = re.compile(r"/?unlink", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """I am this player, and here is my code: `link @ada 7K2M-…`."""

    username: str
    code: str

    @property
    def kept(self) -> str:
        """What may be stored of it: not whom it names, for perhaps it is not he who writes."""
        return "link …"


@dataclass(frozen=True, slots=True)
class Unlink:
    kept: str = "unlink"


def command_in(text: str) -> Link | Unlink | None:
    """None for whatever is said to the character."""
    text = text.strip()
    if found := _LINK.fullmatch(text):
        return Link(found["username"].lower(), normalised(found["code"]))
    return Unlink() if _UNLINK.fullmatch(text) else None


def new_code(chance: random.Random) -> str:
    return "".join(chance.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """In groups, for whoever types it."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def normalised(code: str) -> str:
    """As it was made, however it was typed."""
    return re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_LOOKALIKES)
