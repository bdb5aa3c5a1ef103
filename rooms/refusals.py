from padawanforge.kit.errors import DomainError


class NotYourAnswer(DomainError):
    code = "forbidden"


class FieldRefused(DomainError):
    """`field` is what can't be as it was asked for."""

    code = "invalid"

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field
