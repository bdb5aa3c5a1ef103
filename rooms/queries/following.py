"""An answer as somebody follows it who asks now and then: what is new of it since he looked last."""

from dataclasses import dataclass

from messaging.models import Message
from rooms.models import Reply


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer is. `text` is what was said behind the piece `after`, up to the piece `position`.

    Pieces are numbered anew with each attempt, and gone with its end: then the message says it all.
    """

    state: str
    ending: str
    attempt: int
    after: int
    position: int
    text: str


def progress_of(reply: Reply, *, attempt: int = 0, after: int = 0) -> Progress:
    """The tail behind that piece of that attempt; all of it for whoever knows another attempt, or none."""
    # Row and pieces in one statement: read one after the other, an end in between would look like silence.
    rows = list(
        Reply.objects.filter(pk=reply.pk)
        .order_by("deltas__number")
        .values_list("state", "ending", "attempts", "deltas__number", "deltas__text")
    )
    state, ending, attempts = rows[0][:3]
    pieces = [(number, text) for *_, number, text in rows if number is not None]
    position = pieces[-1][0] if pieces else 0
    known = after if attempt == attempts and after <= position else 0
    text = "".join(piece for number, piece in pieces if number > known)
    return Progress(state, ending, attempts, known, position, text)


def answers_to(message: Message) -> list[Reply]:
    """What characters answered to the message, or are about to, in the order in which they began."""
    return list(Reply.objects.filter(message=message).select_related("npc").order_by("pk"))
