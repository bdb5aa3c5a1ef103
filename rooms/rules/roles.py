"""What a character may do in a room, by its role there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rights:
    """`speaks`: at all; `speaks_unasked`: without being called; `steps_in`: when messages are refused again and again;
    `teaches`: may begin practice with people; `gives_hints`: to a question that is open in the room."""

    speaks: bool = True
    speaks_unasked: bool = True
    steps_in: bool = False
    teaches: bool = False
    gives_hints: bool = False


_RIGHTS = {
    "assistant": Rights(),
    "tutor": Rights(teaches=True, gives_hints=True),
    # Who watches over the others keeps out of the talk unless it is asked.
    "moderator": Rights(speaks_unasked=False, steps_in=True),
    # Hears and remembers, and never says a word.
    "observer": Rights(speaks=False, speaks_unasked=False),
}


def rights_of(role: str) -> Rights:
    return _RIGHTS[role]


def roles_with(right: str) -> list[str]:
    return [role for role, rights in _RIGHTS.items() if getattr(rights, right)]
