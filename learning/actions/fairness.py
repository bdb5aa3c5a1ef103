"""The fairness report: each wording's difficulty by groups of players, kept as figures that name nobody."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from learning.models import AnswerEvent, FairnessFigure, KeyFlip, Statement
from learning.rules.fairness import SMALLEST_GROUP, UNTIMED, Taker, differences
from players.models import Player
from players.queries.needs import time_factors_of

By = FairnessFigure.By
# More answers than these make no figure better; the newest count.
LOOKED_AT = 20_000
ASKED_AT_ONCE = 500


class Groups:
    """Which group a player is in today; each is looked up once. Without a name: in none."""

    def __init__(self) -> None:
        self._of: dict[int, dict[str, str]] = {}

    def of(self, player_ids: Iterable[int]) -> dict[int, dict[str, str]]:
        ids = sorted(set(player_ids))
        new = [pk for pk in ids if pk not in self._of]
        for start in range(0, len(new), ASKED_AT_ONCE):
            self._look_up(new[start : start + ASKED_AT_ONCE])
        return {pk: self._of[pk] for pk in ids}

    def _look_up(self, ids: list[int]) -> None:
        # Of those who have left only blanks are kept, which would read as English and the usual time.
        known = Player.objects.filter(pk__in=ids, is_former=False)
        languages = dict(known.values_list("pk", "preferences__language"))
        factors = time_factors_of(ids)
        for pk in ids:
            time = _time(factors.get(pk, 1.0)) if pk in languages else ""
            self._of[pk] = {By.LANGUAGE: languages.get(pk) or "", By.TIME: time}


def measure_fairness(*, now: datetime, since: datetime | None = None) -> int:
    """Measure what was answered, or scored anew, since the moment, or everything; how many statements."""
    groups, count = Groups(), 0
    for pk, version in _wanted(since):
        _store(pk, version, _figures(pk, version, groups, now))
        count += 1
    return count


def _wanted(since: datetime | None) -> list[tuple[int, int]]:
    rows = Statement.objects.filter(n_first__gte=2 * SMALLEST_GROUP)
    if since is not None:
        settled = AnswerEvent.objects.filter(settlement__settled_at__gte=since).values("statement")
        flipped = KeyFlip.objects.filter(created_at__gte=since).values("statement")
        rows = rows.filter(Q(pk__in=settled) | Q(pk__in=flipped))
    return list(rows.order_by("pk").values_list("pk", "version"))


def _figures(pk: int, version: int, groups: Groups, now: datetime) -> list[FairnessFigure]:
    attempts = _first_attempts(pk, version)
    member_of = groups.of(player for player, _, _ in attempts)
    figures = []
    for by in By:
        placed = [(member_of[player][by], skill or 0.0, is_right) for player, skill, is_right in attempts]
        for one in differences([Taker(*taker) for taker in placed if taker[0]]):
            figures.append(
                FairnessFigure(
                    statement_id=pk, version=version, by=by, group=one.group, answers=one.answers,
                    others=one.others, logits=one.logits, error=one.error, gap=abs(one.logits), measured_at=now,
                )
            )  # fmt: skip
    return figures


@transaction.atomic
def _store(pk: int, version: int, figures: list[FairnessFigure]) -> None:
    """Under the statement's lock, so that two who measure don't write it twice. Answers wait for that lock, so
    everything is read and computed before it is taken.
    """
    if Statement.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk").first() is None:
        return
    FairnessFigure.objects.filter(statement=pk, version=version).delete()
    FairnessFigure.objects.bulk_create(figures)


def _first_attempts(pk: int, version: int) -> list[tuple[int, float | None, bool]]:
    rows = AnswerEvent.objects.filter(statement=pk, statement_version=version)
    rows = rows.filter(settlement__isnull=False, first_attempt=True, answer__isnull=False)
    rows = rows.filter(rapid=False, hinted=False, by_guest=False)
    return list(rows.order_by("-pk").values_list("player_id", "theta_before", "correct")[:LOOKED_AT])


def _time(factor: float) -> str:
    return f"{factor:g}" if factor else UNTIMED
