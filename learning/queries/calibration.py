"""Whether a player is as often right as he says."""

from dataclasses import dataclass

from django.db.models import QuerySet

from learning.models import AnswerEvent
from learning.rules.calibration import Calibration, Mark, calibration
from padawanforge.kit.prepared import prepared

LOOKED_AT = 300
# Where the drawing has its corners, in its own units.
LEFT, RIGHT, TOP, BOTTOM = 40, 300, 12, 212
FROM, TO = 0.0, 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """A mark in the drawing: across what was claimed, up what came out, with its range."""

    mark: Mark
    x: int
    y: int
    low_y: int
    high_y: int
    radius: int


@dataclass(frozen=True, slots=True)
class CalibrationCard:
    figures: Calibration
    points: tuple[Point, ...]

    @property
    def brier(self) -> str:
        return "-" if self.figures.brier is None else f"{self.figures.brier:.2f}"


def calibration_of(player_id: int) -> CalibrationCard:
    """Over the last answers with a mark; rapid ones and those whose key wasn't shown yet are left out."""
    pairs = [(mark, right) for mark, right in _rated(player_id) if mark]
    found = calibration(pairs)
    return CalibrationCard(found, tuple(_point(mark) for mark in found.marks if mark.answers))


@prepared
def _rated(player_id: int) -> QuerySet[AnswerEvent, tuple[int | None, bool]]:
    rated = AnswerEvent.objects.filter(player=player_id, settlement__isnull=False, rapid=False)
    rows = rated.exclude(confidence=None).order_by("-received_at", "-pk")
    return rows.values_list("confidence", "correct")[:LOOKED_AT]


def _point(mark: Mark) -> Point:
    return Point(
        mark=mark,
        x=round(LEFT + (RIGHT - LEFT) * mark.claimed),
        y=_y(mark.share),
        low_y=_y(mark.low),
        high_y=_y(mark.high),
        radius=min(5 + mark.answers // 10, 12),
    )


def _y(share: float) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * (share - FROM) / (TO - FROM))
