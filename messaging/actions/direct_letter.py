"""What a direct message carries besides its words: a subject, how pressing it is, and when it disappears."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.models import Channel, Message
from messaging.rules import direct as rules
from padawanforge.kit import markdown
from padawanforge.kit.errors import DomainError


class NoLetter(DomainError):
    code = "invalid"


@dataclass(frozen=True, slots=True)
class Letter:
    """`lasts` in seconds from the sending; None: it stays."""

    subject: str = ""
    priority: str = Message.Priority.NORMAL
    lasts: int | None = None


PLAIN = Letter()


def written(letter: Letter, channel: Channel, now: datetime) -> dict[str, object]:
    """The columns of the message; refuses what doesn't belong there."""
    if letter == PLAIN:
        return {}
    if channel.kind != rules.DIRECT:
        raise NoLetter("Only direct messages have a subject, a priority or an end.")
    subject = " ".join(markdown.clean_text(letter.subject).split())
    if len(subject) > rules.SUBJECT_MAX_LENGTH:
        raise NoLetter(f"A subject has at most {rules.SUBJECT_MAX_LENGTH} characters.")
    if letter.priority not in Message.Priority.values:
        raise NoLetter(f"The priority is one of {', '.join(Message.Priority.values)}.")
    if problem := rules.problem_of_life(letter.lasts):
        raise NoLetter(problem)
    expires_at = now + timedelta(seconds=letter.lasts) if letter.lasts is not None else None
    return {"subject": subject, "priority": letter.priority, "expires_at": expires_at}
