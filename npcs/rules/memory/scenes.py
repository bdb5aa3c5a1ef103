"""Where a character speaks, as far as its memory must know that."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Reach(StrEnum):
    """Who reads what is said there."""

    PRIVATE = "private"  # the player alone
    ROOM = "room"  # those who were let in
    PUBLIC = "public"  # anybody


@dataclass(frozen=True, slots=True)
class Scene:
    """A place and its reach; without a place one is heard by everybody, and what one hears is kept to oneself."""

    place: UUID | None = None
    reach: Reach = Reach.PUBLIC
    # The message that is answered.
    message: UUID | None = None

    @property
    def visibility(self) -> str:
        """Of what is heard here; where nobody knows the place, it stays between the two."""
        if self.place is None or self.reach == Reach.PRIVATE:
            return "private"
        return "public" if self.reach == Reach.PUBLIC else "room"
