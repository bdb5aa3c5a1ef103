from django.db.models import QuerySet

from learning.formats.item import MAX_ROWS
from learning.formats.kinds import WRITABLE, Format
from learning.models import Statement
from learning.queries.bank import items_of


class TooManyStatements(ValueError):
    """More than a file that is read again may hold."""


def exported(statements: QuerySet[Statement], *, kind: str) -> tuple[Format, bytes]:
    """The statements as a file of this format, in the order of their topics."""
    chosen = WRITABLE[kind]
    if statements.count() > MAX_ROWS:
        raise TooManyStatements(f"A file holds at most {MAX_ROWS} statements. Choose a topic or a state.")
    assert chosen.write is not None  # noqa: S101 - that is what writable means
    return chosen, chosen.write(items_of(statements))
