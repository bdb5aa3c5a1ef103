"""A session is over: what it was worth for everybody in it. The only place where answers become experience."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from learning.actions.quality import ask_for_statistics
from learning.actions.skills import lock_players
from learning.models import AnswerEvent, Sitting
from learning.queries.today import calendars_of
from learning.rules.pay import FULL_FROM_ANSWERS, Given, is_day_paid_out, session_xp, weight_of
from players.actions.activity import note_sessions
from players.actions.progress import award_xp
from players.models import Player, PlayerGameData

SESSION = "session"
PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Played:
    """A session as the ledger names it; `source` and the id pay a player once."""

    uuid: UUID
    mode: str
    source: str = SESSION
    reason: str = "Quiz session"


@transaction.atomic
def close_sittings(played: Played, *, now: datetime, only: Collection[int] | None = None) -> list[Sitting]:
    """Pay everybody who has answered in the session, or only these players, and count it. Twice is once."""
    given = given_in(played.uuid)
    if only is not None:
        given = {pk: entries for pk, entries in given.items() if pk in only}
    lock_players(sorted(given))
    closed = Sitting.objects.filter(session_uuid=played.uuid).values_list("player_id", flat=True)
    for pk in closed:
        given.pop(pk, None)
    first = _count_sessions(given, now)
    over = _paid_out(given, now)
    sittings = [
        _sitting(played, pk, given[pk], is_first=pk in first, is_over=pk in over, now=now)
        for pk in sorted(given)
    ]
    Sitting.objects.bulk_create(sittings)
    _award(sittings, played)
    ask_for_statistics(
        AnswerEvent.objects.filter(session_uuid=played.uuid).values_list("statement_id", flat=True)
    )
    return sittings


def given_in(session_uuid: UUID) -> dict[int, list[Given]]:
    """The session's answers that count, by player."""
    rows = AnswerEvent.objects.filter(session_uuid=session_uuid, settlement__isnull=False).order_by("pk")
    given: dict[int, list[Given]] = {}
    for player, correct, rapid, xp in rows.values_list("player_id", "correct", "rapid", "xp"):
        given.setdefault(player, []).append(Given(is_correct=correct, is_rapid=rapid, xp=xp))
    return given


def given_by(events: Iterable[AnswerEvent]) -> dict[UUID | None, list[Given]]:
    """The answers of one player, by session."""
    given: dict[UUID | None, list[Given]] = {}
    for event in sorted(events, key=lambda one: one.pk):
        entry = Given(is_correct=event.correct, is_rapid=event.rapid, xp=event.xp)
        given.setdefault(event.session_uuid, []).append(entry)
    return given


def worth(entries: Sequence[Given], *, is_first_of_day: bool, is_over: bool) -> int:
    return 0 if is_over else session_xp(entries, is_first_of_day=is_first_of_day)


def _sitting(
    played: Played, pk: int, entries: Sequence[Given], *, is_first: bool, is_over: bool, now: datetime
) -> Sitting:
    counted = [one for one in entries if not one.is_rapid]
    return Sitting(
        player_id=pk,
        session_uuid=played.uuid,
        mode=played.mode,
        ended_at=now,
        answers=len(counted),
        correct=sum(one.is_correct for one in counted),
        weight=weight_of(entries),
        is_first_of_day=is_first,
        xp=worth(entries, is_first_of_day=is_first, is_over=is_over),
    )


def _count_sessions(given: Mapping[int, Sequence[Given]], now: datetime) -> set[int]:
    """The ids of those whose first session of the day it is. The players are locked, so of two sessions that
    end at the same moment only one is the first.
    """
    PlayerGameData.objects.filter(player__in=given).update(
        total_sessions=F("total_sessions") + 1, last_session_at=now
    )
    considered = {pk: sum(not one.is_rapid for one in entries) for pk, entries in given.items()}
    return note_sessions(considered, now=now)


def _paid_out(given: Mapping[int, Sequence[Given]], now: datetime) -> set[int]:
    """Whose day pays nothing more, because three sessions in a row were guessed."""
    calendars = calendars_of(dict.fromkeys(given, now))
    starts = {pk: days.begins(days.day_of(now)) for pk, days in calendars.items()}
    if not starts:
        return set()
    rows = Sitting.objects.filter(
        player__in=given, ended_at__gte=min(starts.values()), answers__gte=FULL_FROM_ANSWERS
    )
    weights: dict[int, list[float]] = {}
    for pk, ended_at, weight in rows.order_by("ended_at", "pk").values_list(
        "player_id", "ended_at", "weight"
    ):
        if ended_at >= starts[pk]:
            weights.setdefault(pk, []).append(weight)
    return {pk for pk, found in weights.items() if is_day_paid_out(found)}


def _award(sittings: Sequence[Sitting], played: Played) -> None:
    paid = [one for one in sittings if one.xp]
    players = Player.objects.in_bulk([one.player_id for one in paid])
    for one in paid:
        award_xp(
            player=players[one.player_id],
            amount=one.xp,
            reason=played.reason,
            source_type=played.source,
            source_id=str(played.uuid),
        )
