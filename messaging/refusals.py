"""What the conversation refuses, whatever door was used; `code` is what the socket answers."""

from datetime import datetime

from padawanforge.kit.errors import DomainError


class NotMember(DomainError):
    """Also for channels that do not exist: a stranger must not learn which ones do."""

    code = "not_member"

    def __init__(self, text: str, *, until: datetime | None = None) -> None:
        """Whoever is banned from there may know until when."""
        super().__init__(text)
        self.told = {"until": until.isoformat()} if until else {}


class MayNotPost(DomainError):
    code = "read_only"


class MessageGone(DomainError):
    """Deleted, or never there for whoever asks."""

    code = "gone"


class NotYours(DomainError):
    code = "forbidden"


class TooManyRooms(DomainError):
    code = "rate"
