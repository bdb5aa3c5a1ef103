"""The fairness report, as those who author statements see it: figures of large groups, and nobody's name."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet

from learning.models import FairnessFigure, Statement
from learning.rules.fairness import UNEQUAL_ABOVE, UNTIMED, is_unequal
from players.choices import LANGUAGES

By = FairnessFigure.By


@dataclass(frozen=True, slots=True)
class Compared:
    """One group against the others, with the words of the page."""

    figure: FairnessFigure

    @property
    def group(self) -> str:
        name = self.figure.group
        if self.figure.by == By.LANGUAGE:
            return dict(LANGUAGES).get(name, name)
        return (
            "No clock" if name == UNTIMED else "The usual time" if name == "1" else f"{name} times the time"
        )

    @property
    def is_harder(self) -> bool:
        return self.figure.logits > 0

    @property
    def is_unequal(self) -> bool:
        return is_unequal(self.figure.logits)

    @property
    def is_of_today(self) -> bool:
        return self.figure.version == self.figure.statement.version


def figures(
    *, by: str = "", unequal: bool = False, statement: UUID | None = None
) -> QuerySet[FairnessFigure]:
    """By what is compared; `unequal` leaves out what is much the same for all. Unknown words are taken for none."""
    rows = FairnessFigure.objects.select_related("statement__topic")
    if by in By.values:
        rows = rows.filter(by=by)
    if unequal:
        rows = rows.filter(gap__gt=UNEQUAL_ABOVE)
    if statement is not None:
        rows = rows.filter(statement__uuid=statement)
    return rows


def compared_now(statement: Statement) -> list[Compared]:
    """Each group of players against the others, by the present wording of one statement."""
    rows = FairnessFigure.objects.filter(statement=statement, version=statement.version)
    return [Compared(one) for one in rows.order_by("by", "-gap", "pk")]


def unequal_now() -> Prefetch:
    """For a list of statements: what of their present wording is unequal, as `unequal`."""
    rows = FairnessFigure.objects.filter(gap__gt=UNEQUAL_ABOVE, version=F("statement__version"))
    return Prefetch("fairness", queryset=rows.order_by("by", "-gap", "pk"), to_attr="unequal")
