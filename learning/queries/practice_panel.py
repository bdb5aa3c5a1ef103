"""What the page of a practice shows."""

from dataclasses import dataclass

from django.db.models import F

from learning.models import AnswerEvent, Hint, Practice, Sitting, Statement
from learning.queries.hints import hints_in
from learning.rules.cards import without_luck
from learning.rules.hints import LAST, is_hinted


@dataclass(frozen=True, slots=True)
class PracticePanel:
    """`statement` is what is asked; without one the last answer's explanation waits to be read.

    `given` are the outcomes so far, for the row of marks.
    """

    practice: Practice
    statement: Statement | None
    last: AnswerEvent | None
    given: list[bool | None]
    # Those to the statement that is asked.
    hints: list[Hint]

    @property
    def has_more_hints(self) -> bool:
        return len(self.hints) < LAST

    @property
    def is_next_costly(self) -> bool:
        """Whether the answer counts until the next hint is asked for, and no more after it."""
        return is_hinted(len(self.hints) + 1) and not is_hinted(len(self.hints))

    @property
    def percent(self) -> int:
        return round(100 * len(self.given) / self.practice.planned)


@dataclass(frozen=True, slots=True)
class PracticeSummary:
    practice: Practice
    sitting: Sitting | None
    events: list[AnswerEvent]
    gains: list[tuple[str, float]]

    @property
    def known_percent(self) -> int | None:
        """Of the answers those that were known, guessing left out."""
        if self.sitting is None or not self.sitting.answers:
            return None
        return round(100 * without_luck(self.sitting.correct / self.sitting.answers))


def panel_of(practice: Practice) -> PracticePanel:
    rows = AnswerEvent.objects.filter(session_uuid=practice.uuid, player=practice.player_id).order_by("pk")
    return PracticePanel(
        practice=practice,
        statement=practice.statement,
        last=practice.last_event,
        given=list(rows.values_list("correct", flat=True)),
        hints=hints_in(practice),
    )


def summary_of(practice: Practice) -> PracticeSummary:
    """What a finished practice brought: the answers with their explanations, and the topics that moved."""
    rows = AnswerEvent.objects.filter(session_uuid=practice.uuid, player=practice.player_id)
    events = list(rows.select_related("statement__topic").order_by("pk"))
    gains: dict[str, float] = {}
    moved = rows.filter(theta_after__isnull=False).order_by("pk")
    steps = moved.annotate(step=F("theta_after") - F("theta_before"))
    for name, step in steps.values_list("statement__topic__name", "step"):
        gains[name] = gains.get(name, 0.0) + step
    sitting = Sitting.objects.filter(session_uuid=practice.uuid, player=practice.player_id).first()
    return PracticeSummary(practice, sitting, events, sorted(gains.items()))
