"""What answers were worth, found anew from them. Nobody's experience falls; what is missing is granted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from learning.actions.pay import given_by, worth
from learning.actions.skills import earned, lock_players
from learning.models import AnswerEvent, Sitting
from learning.queries.today import calendars_of
from learning.rules.pay import FULL_FROM_ANSWERS, Given, Today, is_day_paid_out, weight_of
from players.actions.progress import award_xp
from players.actions.recount import recompute_progress
from players.models import ExperienceEntry, Player
from players.rules.days import Days

CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure of the pay that is not what the answers say, and what it must be."""

    player_id: int
    figure: str
    kept: float
    found: float

    def __str__(self) -> str:
        return f"pay {self.player_id} {self.figure}: {self.kept:g} -> {self.found:g}"


def differences_of_pay(*, player_ids: Iterable[int] | None = None, now: datetime) -> list[Missing]:
    found: list[Missing] = []
    for pk in _players(player_ids):
        found += _Account(pk, now).missing
    return found


def pay_missing(*, player_ids: Iterable[int] | None = None, now: datetime) -> dict[int, int]:
    """Grant what is missing and mend the rest; by player what was granted."""
    granted: dict[int, int] = {}
    for pk in _players(player_ids):
        granted[pk] = _mend(pk, now)
        recompute_progress(player_id=pk, now=now)
    return granted


@transaction.atomic
def _mend(player_id: int, now: datetime) -> int:
    lock_players([player_id])
    account = _Account(player_id, now)
    AnswerEvent.objects.bulk_update(account.events_to_raise, ["xp"])
    Sitting.objects.bulk_update(account.sittings_to_mend, ["answers", "correct", "weight", "xp"])
    player = Player.objects.get(pk=player_id)
    return sum(
        award_xp(player=player, amount=amount, reason="Scored anew", source_type=CORRECTION, source_id=source)
        for source, amount in account.owed
    )


class _Account:
    """One player's answers and sessions, and what they must have been paid."""

    def __init__(self, player_id: int, now: datetime) -> None:
        self.player_id = player_id
        self.missing: list[Missing] = []
        self.events_to_raise: list[AnswerEvent] = []
        self.sittings_to_mend: list[Sitting] = []
        self.owed: list[tuple[str, int]] = []
        calendar = calendars_of({player_id: now})[player_id]
        events = list(
            AnswerEvent.objects.filter(player=player_id, settlement__isnull=False).order_by(
                "settlement", "pk"
            )
        )
        self._raise_events(events, calendar)
        self._mend_sittings(events, calendar)

    def _raise_events(self, events: Sequence[AnswerEvent], calendar: Days) -> None:
        today: dict[date, Today] = defaultdict(Today)
        for event in events:
            day = calendar.day_of(event.received_at)
            found = earned(event, today[day])
            if found > event.xp:
                self.missing.append(Missing(self.player_id, f"answer #{event.pk}", event.xp, found))
                if event.session_uuid is None:
                    self.owed.append((f"answer:{event.pk}:{found}", found - event.xp))
                event.xp = found
                self.events_to_raise.append(event)
            today[day] = Today(today[day].answers + (not event.rapid), today[day].xp + event.xp)

    def _mend_sittings(self, events: Sequence[AnswerEvent], calendar: Days) -> None:
        given = given_by(events)
        guessed: dict[date, list[float]] = defaultdict(list)
        paid = _paid(self.player_id)
        for sitting in Sitting.objects.filter(player=self.player_id).order_by("ended_at", "pk"):
            day = calendar.day_of(sitting.ended_at)
            entries = given.get(sitting.session_uuid, [])
            self._mend(sitting, entries, is_over=is_day_paid_out(guessed[day]))
            if sitting.answers >= FULL_FROM_ANSWERS:
                guessed[day].append(sitting.weight)
            owed = sitting.xp - paid.get(str(sitting.session_uuid), 0)
            if owed > 0:
                self.missing.append(
                    Missing(
                        self.player_id, f"ledger of {sitting.session_uuid}", sitting.xp - owed, sitting.xp
                    )
                )
                self.owed.append((f"{sitting.session_uuid}:{sitting.xp}", owed))

    def _mend(self, sitting: Sitting, entries: Sequence[Given], *, is_over: bool) -> None:
        counted = [one for one in entries if not one.is_rapid]
        xp = worth(entries, is_first_of_day=sitting.is_first_of_day, is_over=is_over)
        found = {
            "answers": len(counted),
            "correct": sum(one.is_correct for one in counted),
            "weight": weight_of(entries),
            # Never less than it was.
            "xp": max(xp, sitting.xp),
        }
        for name, value in found.items():
            if (kept := getattr(sitting, name)) != value:
                self.missing.append(Missing(self.player_id, f"sitting #{sitting.pk} {name}", kept, value))
                setattr(sitting, name, value)
                if sitting not in self.sittings_to_mend:
                    self.sittings_to_mend.append(sitting)


def _paid(player_id: int) -> dict[str, int]:
    """What the ledger holds for each session, with what was granted later."""
    rows = ExperienceEntry.objects.filter(player=player_id).exclude(source_type="explanation").order_by()
    paid: dict[str, int] = defaultdict(int)
    for source, total in rows.values_list("source_id").annotate(total=Sum("delta")):
        paid[source.split(":")[0]] += total
    return paid


def _players(player_ids: Iterable[int] | None) -> list[int]:
    if player_ids is not None:
        return sorted(set(player_ids))
    rows = AnswerEvent.objects.filter(settlement__isnull=False).order_by("player")
    return list(rows.values_list("player_id", flat=True).distinct())
