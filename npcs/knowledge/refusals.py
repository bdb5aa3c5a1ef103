"""Why a file cannot become knowledge: each refusal says how to mend it."""

from padawanforge.kit.errors import DomainError


class UnusableFile(DomainError):
    """What all refusals of a knowledge file have in common."""


class UnsupportedFile(UnusableFile):
    pass


class EmptyFile(UnusableFile):
    pass


class NoTextInPdf(UnusableFile):
    pass


class TooLarge(UnusableFile):
    pass


class UnreadableFile(UnusableFile):
    pass
