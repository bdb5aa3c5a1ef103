"""The fairness report: each wording's difficulty by groups of players, kept as figures that name nobody."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from learning.models import AnswerEvent, FairnessFigure, KeyFlip, Statement
from learning.rules.fairness import SMALLEST_GROUP, UNTIMED, Difference, Taker, differences
from players.models import PlayerPreferences
from players.queries.needs import time_factors_of

By = FairnessFigure.By
# More answers than these make no figure better; the newest count.
LOOKED_AT = 20_000
ASKED_AT_ONCE = 500


class Groups:
    """Which group a player is in today; each is looked up once."""

    def __init__(self) -> None:
        self._of: dict[int, dict[str, str]] = {}

    def of(self, player_ids: Iterable[int]) -> dict[int, dict[str, str]]:
        ids = sorted(set(player_ids))
        new = [pk for pk in ids if pk not in self._of]
        for start in range(0, len(new), ASKED_AT_ONCE):
            self._look_up(new[start : start + ASKED_AT_ONCE])
        return {pk: self._of[pk] for pk in ids}

    def _look_up(self, ids: list[int]) -> None:
        languages = dict(PlayerPreferences.objects.filter(player__in=ids).values_list("player", "language"))
        factors = time_factors_of(ids)
        for pk in ids:
            factor = factors.get(pk, 1.0)
            self._of[pk] = {By.LANGUAGE: languages.get(pk, ""), By.TIME: f"{factor:g}" if factor else UNTIMED}


def measure_fairness(*, now: datetime, since: datetime | None = None) -> int:
    """Measure what was answered, or scored anew, since the moment, or everything; how many statements."""
    groups, count = Groups(), 0
    for pk in _wanted(since):
        _measure(pk, groups, now)
        count += 1
    return count


def _wanted(since: datetime | None) -> Iterator[int]:
    rows = Statement.objects.filter(n_first__gte=2 * SMALLEST_GROUP)
    if since is not None:
        answers = AnswerEvent.objects.filter(statement=OuterRef("pk"), received_at__gte=since)
        flips = KeyFlip.objects.filter(statement=OuterRef("pk"), created_at__gte=since)
        rows = rows.filter(Exists(answers) | Exists(flips))
    yield from list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _measure(pk: int, groups: Groups, now: datetime) -> None:
    """Under the statement's lock, so that two who measure don't write it twice."""
    statement = Statement.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if statement is None:
        return
    attempts = _first_attempts(statement)
    member_of = groups.of(player for player, _, _ in attempts)
    figures = []
    for by in By:
        placed = [(member_of[player][by], skill or 0.0, is_right) for player, skill, is_right in attempts]
        found = differences([Taker(*one) for one in placed if one[0]])
        figures += [_figure(statement, by, one, now) for one in found]
    FairnessFigure.objects.filter(statement=statement, version=statement.version).delete()
    FairnessFigure.objects.bulk_create(figures)


def _first_attempts(statement: Statement) -> list[tuple[int, float | None, bool]]:
    rows = AnswerEvent.objects.filter(statement=statement, statement_version=statement.version)
    rows = rows.filter(settlement__isnull=False, first_attempt=True, answer__isnull=False)
    rows = rows.filter(rapid=False, hinted=False, by_guest=False)
    return list(rows.order_by("-pk").values_list("player_id", "theta_before", "correct")[:LOOKED_AT])


def _figure(statement: Statement, by: By, found: Difference, now: datetime) -> FairnessFigure:
    return FairnessFigure(
        statement=statement, version=statement.version, by=by, group=found.group, answers=found.answers,
        others=found.others, logits=found.logits, error=found.error, gap=abs(found.logits), measured_at=now,
    )  # fmt: skip
