"""Who fills the sections of a prompt: the extension point for memory, knowledge, items, events and the rest.

    def remembered(occasion: Occasion) -> list[Entry]:
        return [Entry(memory.text, f"memory:{memory.pk}", subject=str(occasion.player.uuid)) for memory in ...]

    sections.register("memory", remembered)

Call `register` once, from a module that the app imports when it is ready. `npcs.llm.layout` says which sections
there are, in which order they stand and what share of the window they have. Offer the best entries first: what
does not fit is dropped, and the manifest says so. Nothing here may write: an answer may still be refused.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils import timezone

from npcs.llm.base import Turn
from npcs.llm.layout import BY_NAME, Entry
from npcs.models import Npc
from players.models import Player

__all__ = ["Entry", "Occasion", "Place", "offer", "offers", "placed", "register", "texts_of"]

# Who reads an answer: the player alone, those who were let in, anybody.
Reach = Literal["private", "room", "public"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer will stand: the public id of the channel, who reads there, and the message it answers.

    The tokens of a place are counted under its id. Who knows no place is heard by everybody.
    """

    kind: str = ""  # "room", "talk", "post" ...
    uuid: UUID | None = None
    reach: Reach = "public"
    message: UUID | None = None

    @property
    def key(self) -> str:
        return str(self.uuid or "")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a section is told about the answer in the making.

    `player` is who asks, and the only one whose private matters may be offered; None when nobody does, as for a
    post. `heard` holds only what the character was there for, oldest first. `question` is the last thing asked,
    without the address, together with the one before where it says too little alone.
    """

    npc: Npc
    player: Player | None
    heard: Sequence[Turn]
    question: str = ""
    place: Place = field(default_factory=Place)
    now: datetime = field(default_factory=timezone.now)


Offer = Callable[[Occasion], Sequence[Entry]]
Placed = Callable[[Occasion, Sequence[str]], None]
Show = Callable[[Collection[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Filler:
    offer: Offer
    placed: Placed | None
    show: Show | None


_fillers: dict[str, _Filler] = {}


def register(name: str, offer: Offer, *, placed: Placed | None = None, show: Show | None = None) -> None:
    """Fill the section of this name.

    `placed` hears of the sources that really stood in a prompt, once the answer is written down and in its
    transaction. `show` gives the texts of sources to the console's view of a manifest, as they are today.
    """
    if name not in BY_NAME:
        raise LookupError(f"npcs.llm.layout has no section {name!r}.")
    if name in _fillers:
        raise ValueError(f"The section {name!r} is already filled.")
    _fillers[name] = _Filler(offer, placed, show)


def offer(name: str, occasion: Occasion) -> Sequence[Entry]:
    """What one section would hold, for an engine that needs no prompt."""
    filler = _fillers.get(name)
    return filler.offer(occasion) if filler is not None else []


def offers(occasion: Occasion) -> dict[str, Sequence[Entry]]:
    return {name: filler.offer(occasion) for name, filler in _fillers.items()}


def placed(occasion: Occasion, sources: Mapping[str, Sequence[str]]) -> None:
    """Tell those who want to know which of their entries were used."""
    for name, used in sources.items():
        filler = _fillers.get(name)
        if used and filler is not None and filler.placed is not None:
            filler.placed(occasion, used)


def texts_of(name: str, sources: Collection[str]) -> Mapping[str, str]:
    filler = _fillers.get(name)
    return filler.show(sources) if filler is not None and filler.show is not None else {}
