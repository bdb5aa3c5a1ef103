"""Telling those who review that something is wrong, and what they decide."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.urls import reverse

from messaging.actions.messages import record_event
from messaging.actions.notifications import News, notify
from messaging.models import Case, Channel, Message, Report
from messaging.queries.attachments import files_as_evidence
from messaging.queries.moderation import around, level_in, rank_in, record_of
from messaging.rules import reports as rules
from messaging.signals import message_posted
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.actions.audit import record
from players.choices import NotificationKind
from players.models import Player
from players.queries.roles import acting_system_admins

NEW_ACCOUNT = timedelta(hours=24)
REPORTS_AN_HOUR = 20
HELD = "held"


class ReportRefused(DomainError):
    pass


class CaseRefused(DomainError):
    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about."""

    type: str
    id: object
    target: Player | None = None
    channel: Channel | None = None
    message: Message | None = None
    snapshot: dict = field(default_factory=dict)


def about_message(message: Message, **more: object) -> Subject:
    """With what was said around it, so that later edits or deletion destroy nothing."""
    said = around(message)
    people = sorted({str(line.player.uuid) for line in said if line.player})
    lines = [_line(line, is_subject=line.pk == message.pk) for line in said]
    return Subject(
        Case.Subject.MESSAGE, message.uuid, target=message.player, channel=message.channel, message=message,
        snapshot={"people": people, "messages": lines, **more},
    )  # fmt: skip


def about_player(player: Player, channel: Channel | None = None, **more: object) -> Subject:
    snapshot = {
        "people": [str(player.uuid)],
        "profile": {"name": player.name, "bio": player.profile.bio},
        **more,
    }
    return Subject(Case.Subject.PLAYER, player.uuid, target=player, channel=channel, snapshot=snapshot)


def about_room(channel: Channel) -> Subject:
    return Subject(Case.Subject.ROOM, channel.uuid, channel=channel, snapshot={"people": []})


@transaction.atomic
def report(*, subject: Subject, by: Player, category: str, text: str, now: datetime) -> Report:
    """Say that something is wrong. Who says the same twice is told so; nobody hears who said it."""
    if subject.target == by:
        raise ReportRefused("This is your own. You can change or delete it yourself.")
    _refuse_too_many(by, now)
    case = _open_case(subject, category, now)
    weight = rules.weight(is_new=by.created_at > now - NEW_ACCOUNT, decided=record_of(by))
    try:
        with transaction.atomic():
            row = Report.objects.create(case=case, reporter=by, category=category, text=text, weight=weight)
    except IntegrityError:
        raise ReportRefused("You have reported this already. Somebody will look at it.") from None
    _count(case, weight)
    _hide_by_weight(case)
    if category in rules.URGENT:
        _alarm(case, now)
    return row


@transaction.atomic
def report_by_rule(
    *,
    player: Player,
    channel: Channel,
    text: str,
    category: str,
    now: datetime,
    said: str = "Refused by the list of severe words.",
) -> Case:
    """A text that was refused is shown to those who review."""
    case = _open_case(about_player(player, channel, refused=text), category, now)
    Report.objects.create(case=case, category=category, text=said)
    _count(case, 1.0)
    return case


@transaction.atomic
def open_held(*, message: Message, rule: str, now: datetime) -> Case:
    """A message that nobody reads before somebody has looked at it."""
    case = _open_case(about_message(message, **{HELD: rule}), "other", now)
    Report.objects.create(case=case, category="other", text=f"Held by the rule “{rule}”.")
    _count(case, 1.0)
    return case


@transaction.atomic
def decide(*, case: Case, by: Player, is_upheld: bool, now: datetime, outcome: str = "") -> bool:
    """Once; False when somebody else was first. Upheld messages stay out of sight, dismissed ones return."""
    _refuse_own(case, by)
    state = Case.State.UPHELD if is_upheld else Case.State.DISMISSED
    waiting = Case.objects.filter(pk=case.pk, state=Case.State.OPEN)
    if not waiting.update(state=state, decided_by=by, decided_at=now, outcome=outcome[:300]):
        return False
    if case.message is not None:
        (hide if is_upheld else release)(message=case.message, now=now, was_held=HELD in case.snapshot)
    _tell_reporters(case, is_upheld=is_upheld, now=now)
    record(actor=by, verb=f"case.{state}", subject=case, reason=outcome)
    return True


def hide(*, message: Message, now: datetime, was_held: bool = False) -> bool:
    """Take it out of sight everywhere; False when it was."""
    return _show(message, hidden_at=now)


def release(*, message: Message, now: datetime, was_held: bool = False) -> bool:
    """Let it be read again; a message that was held from the beginning is heard now, by characters too."""
    shown = _show(message, hidden_at=None)
    if shown and was_held:
        announce(message_posted, sender=Message, message_id=message.pk)
    return shown


@transaction.atomic
def hide_by(*, case: Case, by: Player, now: datetime) -> bool:
    """Out of sight at once; the decision may wait."""
    _refuse_own(case, by)
    if case.message is None or not hide(message=case.message, now=now):
        return False
    record(actor=by, verb="case.hidden", subject=case)
    return True


def note_view(*, case: Case, by: Player) -> None:
    """Evidence tells what people said; who reads it is written down."""
    record(actor=by, verb="case.viewed", subject=case)


def _show(message: Message, *, hidden_at: datetime | None) -> bool:
    with transaction.atomic():
        rows = Message.objects.filter(pk=message.pk, hidden_at__isnull=hidden_at is not None)
        if not rows.update(hidden_at=hidden_at):
            return False
        fresh = Message.objects.with_authors().select_related("channel").get(pk=message.pk)
        record_event(channel=fresh.channel, type="message.edited", message=fresh)
    return True


def _open_case(subject: Subject, category: str, now: datetime) -> Case:
    key = {"subject_type": subject.type, "subject_id": subject.id, "state": Case.State.OPEN}
    # Two who report the same in one moment write into one case: the constraint lets only one open it.
    case, _ = Case.objects.get_or_create(
        **key,
        defaults={
            "category": category,
            "message": subject.message,
            "channel": subject.channel,
            "target": subject.target,
            "snapshot": subject.snapshot,
            "is_urgent": category in rules.URGENT,
            "is_confidential": _is_above(subject),
            "opened_at": now,
        },
    )
    return case


def _is_above(subject: Subject) -> bool:
    """About staff or a moderator."""
    return subject.target is not None and rank_in(subject.target, subject.channel) > 0


def _count(case: Case, weight: float) -> None:
    Case.objects.filter(pk=case.pk).update(
        weight=F("weight") + weight, heaviest=Greatest("heaviest", weight), report_count=F("report_count") + 1
    )


def _hide_by_weight(case: Case) -> None:
    case.refresh_from_db()
    if case.message is None or case.channel is None:
        return
    level, _ = level_in(case.channel)
    if rules.hides(level, total=case.weight, heaviest=case.heaviest):
        hide(message=case.message, now=case.opened_at)


def _refuse_too_many(by: Player, now: datetime) -> None:
    lately = Report.objects.filter(reporter=by, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= REPORTS_AN_HOUR:
        raise ReportRefused("You have reported a lot within an hour. Wait a while, or write to the staff.")


def _refuse_own(case: Case, by: Player) -> None:
    if case.target_id == by.pk:
        raise CaseRefused("This case is about you. Somebody else decides it.")


def _line(message: Message, *, is_subject: bool) -> dict:
    return {
        "uuid": str(message.uuid),
        "author": str(message.player.uuid) if message.player else "",
        "type": message.type,
        "text": message.text,
        "revisions": list(message.revisions.order_by("rev").values_list("text", flat=True))
        if is_subject
        else [],
        "sent_at": message.sent_at.isoformat(),
        "is_subject": is_subject,
        "files": files_as_evidence(message),
    }


def _tell_reporters(case: Case, *, is_upheld: bool, now: datetime) -> None:
    """In neutral words: what becomes of somebody else is not told."""
    text = (
        "It broke the rules, and something was done." if is_upheld else "It was found to be within the rules."
    )
    for reporter in Player.objects.filter(reports_made__case=case):
        news = News(
            NotificationKind.SYSTEM,
            "Somebody has looked at what you reported",
            f"{text} Thank you for telling.",
            key=f"case.{case.pk}",
            is_counted=False,
            more={"source": "moderation"},
        )
        notify(recipient=reporter, news=news, now=now)


def _alarm(case: Case, now: datetime) -> None:
    """Somebody may be in danger: everybody who answers for the installation hears of it at once."""
    Case.objects.filter(pk=case.pk).update(is_urgent=True)
    for admin in acting_system_admins().distinct():
        news = News(
            NotificationKind.SYSTEM,
            "An urgent report waits",
            case.get_category_display(),
            url=reverse("admin:messaging_case_queue"),
            label="Look at it now",
            key=f"case.urgent.{case.pk}",
            type="error",
            priority="urgent",
            more={"source": "moderation"},
        )
        notify(recipient=admin, news=news, now=now)
