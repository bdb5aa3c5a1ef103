"""What a session refuses, and why."""

from padawanforge.kit.errors import DomainError


class SessionAlreadyRunning(DomainError):
    pass


class NotEnoughStatements(DomainError):
    pass


class NotEnoughPlayers(DomainError):
    pass


class OddPlan(DomainError):
    """What was chosen doesn't go together."""


class SessionNotInLobby(DomainError):
    pass


class SessionFull(DomainError):
    pass


class SessionPaused(DomainError):
    code = "late"


class NotRunning(DomainError):
    pass


class NobodyReady(DomainError):
    pass


class NotInSession(DomainError):
    code = "forbidden"


class TooLate(DomainError):
    code = "late"


class NoQuestionOpen(TooLate):
    pass


class AlreadyAnswered(DomainError):
    code = "already_locked"
