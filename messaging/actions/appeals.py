"""A target asks for another look at a measure; somebody else than its issuer decides."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from messaging.actions.notifications import News, notify
from messaging.actions.reports import release
from messaging.actions.sanctions import lift
from messaging.models import Appeal, Sanction
from messaging.rules import sanctions as rules
from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.actions.bans import ban, lift_ban
from players.choices import NotificationKind
from players.models import Player
from players.queries.roles import level_of


class AppealRefused(DomainError):
    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the measure; `ends_at` goes with a reduced one."""

    state: str
    answer: str
    ends_at: datetime | None = None


@transaction.atomic
def appeal(*, sanction: Sanction, by: Player, text: str, now: datetime) -> Appeal:
    """Once, within 14 days."""
    if sanction.target_id != by.pk:
        raise AppealRefused("Only the player whom it is against can appeal.")
    if sanction.revoked_at is not None:
        raise AppealRefused("This measure was lifted already.")
    if now > sanction.appeal_until:
        raise AppealRefused("The 14 days for an appeal are over. Please write to the staff.")
    try:
        with transaction.atomic():
            return Appeal.objects.create(sanction=sanction, text=text)
    except IntegrityError:
        raise AppealRefused("You have appealed already. You hear of the decision here.") from None


@transaction.atomic
def decide_appeal(*, appeal: Appeal, by: Player, verdict: Verdict, now: datetime) -> bool:
    """Once; False when somebody else was first."""
    sanction = appeal.sanction
    refuse_decision(sanction, by=by, verdict=verdict, now=now)
    waiting = Appeal.objects.filter(pk=appeal.pk, state=Appeal.State.OPEN)
    decided = {"state": verdict.state, "answer": verdict.answer, "decided_by": by, "decided_at": now}
    if not waiting.update(**decided):
        return False
    if verdict.state == Appeal.State.LIFTED:
        lift(sanction=sanction, by=by)
        _restore(sanction, now)
    elif verdict.state == Appeal.State.REDUCED:
        _reduce(sanction, verdict, by=by, now=now)
    _tell(sanction, verdict, now)
    record(actor=by, verb=f"appeal.{verdict.state}", subject=sanction, reason=verdict.answer)
    return True


def refuse_decision(sanction: Sanction, *, by: Player, verdict: Verdict, now: datetime) -> None:
    if sanction.issued_by_id == by.pk:
        raise AppealRefused("You took this measure yourself. Somebody else decides the appeal.")
    if sanction.target_id == by.pk:
        raise AppealRefused("This measure is against you. Somebody else decides the appeal.")
    if level_of(by) < rules.STAFF_LEVEL:
        raise AppealRefused("Only the staff decide appeals.")
    if verdict.state != Appeal.State.REDUCED:
        return
    is_later = (
        sanction.ends_at is not None and verdict.ends_at is not None and verdict.ends_at >= sanction.ends_at
    )
    if verdict.ends_at is None or verdict.ends_at <= now or is_later:
        raise AppealRefused("Choose an end in the future and before the present one.")


def _reduce(sanction: Sanction, verdict: Verdict, *, by: Player, now: datetime) -> None:
    Sanction.objects.filter(pk=sanction.pk).update(ends_at=verdict.ends_at)
    if (site_ban := sanction.site_ban) is not None:
        # A ban is never changed: the shorter one takes its place.
        lift_ban(ban=site_ban, by=by)
        shorter = ban(player=sanction.target, by=by, reason=site_ban.reason, ends_at=verdict.ends_at)
        Sanction.objects.filter(pk=sanction.pk).update(site_ban=shorter)


def _restore(sanction: Sanction, now: datetime) -> None:
    """What was hidden by the case of the measure may be read again."""
    if sanction.case is not None and sanction.case.message is not None:
        release(message=sanction.case.message, now=now)


def _tell(sanction: Sanction, verdict: Verdict, now: datetime) -> None:
    news = News(
        NotificationKind.SYSTEM,
        f"Your appeal: {Appeal.State(verdict.state).label.lower()}",
        verdict.answer,
        url=reverse("messaging:measures"),
        label="Read it",
        key=f"appeal.{sanction.uuid}",
        is_counted=False,
        more={"source": "moderation"},
    )
    notify(recipient=sanction.target, news=news, now=now)
