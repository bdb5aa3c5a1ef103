"""Measures against players: taken, enforced, taken back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from messaging import events, kinds
from messaging.actions.channels import remove_member
from messaging.actions.notifications import News, notify
from messaging.checks import Refused
from messaging.models import Case, Channel, Sanction
from messaging.permissions import may_moderate
from messaging.queries.moderation import in_force, rank_in
from messaging.refusals import NotMember
from messaging.rules import sanctions as rules
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.actions.audit import record
from players.actions.bans import ban, lift_ban
from players.choices import NotificationKind
from players.models import Player
from players.queries.roles import level_of


class SanctionRefused(DomainError):
    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is to be done; in one room when there is a channel, else everywhere."""

    kind: str
    reason_code: str
    text: str
    channel: Channel | None = None
    ends_at: datetime | None = None
    note: str = ""
    case: Case | None = None
    rule: str = ""

    @property
    def scope(self) -> str:
        return rules.ROOM if self.channel else rules.SITE


def measure_in(channel: Channel, *, kind: str, term: str, reason: str, text: str, now: datetime) -> Measure:
    """As those who manage the room choose it: one of the terms, or none for what is done at once."""
    length = rules.preset(term) if term else None
    if not term and kind not in rules.INSTANT:
        raise SanctionRefused("Choose how long.")
    if not (text := clean_text(text)):
        raise SanctionRefused("Write what the player reads.")
    return Measure(kind, reason, text, channel=channel, ends_at=now + length if length else None)


@transaction.atomic
def sanction(*, target: Player, by: Player, measure: Measure) -> Sanction:
    """Take the measure at once. Measures add up: none ends or shortens another."""
    # Of two who take measures against each other, one comes second and finds his rank as it is then.
    # Not the key: entering a room, which refers to the player under the lock of the room, needn't wait.
    people = Player.objects.select_for_update(no_key=True).filter(pk__in=(target.pk, by.pk))
    list(people.order_by("pk"))
    refuse_sanction(target=target, by=by, measure=measure)
    row = _store(target, measure, by=by)
    record(
        actor=by,
        verb="sanction.given",
        subject=row,
        after={"target": str(target.uuid), "kind": row.kind, "scope": row.scope, "ends_at": row.ends_at},
        reason=row.reason_code,
    )
    return row


@transaction.atomic
def sanction_automatically(*, target: Player, measure: Measure) -> Sanction:
    """A measure of a rule; nobody's rank is asked, and everybody may appeal."""
    row = _store(target, measure, by=None)
    record(
        actor=None, verb="sanction.given", subject=row, after={"target": str(target.uuid), "kind": row.kind}
    )
    return row


@transaction.atomic
def revoke_sanction(*, sanction: Sanction, by: Player) -> bool:
    """End it before its time; False when somebody had done so already."""
    _refuse_rank(sanction.target, by, sanction.channel)
    author = sanction.issued_by
    if author is not None and rank_in(author, sanction.channel) > rank_in(by, sanction.channel):
        raise SanctionRefused("Somebody of a higher rank took this measure. Ask them.")
    return lift(sanction=sanction, by=by)


@transaction.atomic
def lift(*, sanction: Sanction, by: Player) -> bool:
    """The same for whoever decides an appeal."""
    now = timezone.now()
    rows = Sanction.objects.filter(pk=sanction.pk, revoked_at=None)
    if not rows.update(revoked_at=now, revoked_by=by):
        return False
    if sanction.site_ban is not None:
        lift_ban(ban=sanction.site_ban, by=by)
    _tell(sanction, "A measure against you was lifted", now)
    record(actor=by, verb="sanction.lifted", subject=sanction, after={"target": str(sanction.target.uuid)})
    return True


def refuse_sanction(*, target: Player, by: Player, measure: Measure) -> None:
    """Call it in the transaction of the measure, and before, to say it in a form."""
    if target.is_former:
        raise SanctionRefused("This account was deleted; there is nobody to take measures against.")
    level = _refuse_rank(target, by, measure.channel)
    problem = rules.problem_of_term(
        kind=measure.kind, scope=measure.scope, is_endless=measure.ends_at is None, level=level
    )
    if problem:
        raise SanctionRefused(problem)
    if measure.ends_at is not None and measure.ends_at <= timezone.now():
        raise SanctionRefused("The end must be in the future.")


def refuse_silenced(player: Player, channel: Channel, now: datetime) -> None:
    """A mute or a timeout: says until when, and where to appeal."""
    silent = [row for row in in_force(player, channel, now) if row.kind in rules.SILENCING]
    if silent:
        raise _refused(silent[0], "You can't write here", "muted", now)


def refuse_banned(player: Player, channel: Channel, now: datetime) -> None:
    """Call it where somebody enters a room, after the place was taken and under its lock."""
    if refusal := ban_from(player, channel, now):
        raise refusal


def ban_from(player: Player, channel: Channel, now: datetime) -> Refused | None:
    """What somebody is told who may not enter at this moment."""
    bans = [row for row in in_force(player, channel, now) if row.kind == rules.BAN]
    return _refused(bans[0], "You can't enter this room", "banned", now) if bans else None


def _refused(row: Sanction, what: str, code: str, now: datetime) -> Refused:
    until = f" until {timezone.localtime(row.ends_at):%d %B %Y, %H:%M}" if row.ends_at else ""
    wait = round((row.ends_at - now).total_seconds() * 1000) if row.ends_at else 0
    sentence = f"{what}{until}: {row.text_to_target} You can appeal under Settings, Measures."
    return Refused(sentence, code=code, retry_ms=max(0, wait))


def _refuse_rank(target: Player, by: Player, channel: Channel | None) -> int:
    is_staff = level_of(by) >= rules.STAFF_LEVEL
    if channel is not None and not is_staff and not may_moderate(by, channel):
        raise NotMember("You don't moderate this room.")
    own, other = rank_in(by, channel), rank_in(target, channel)
    if problem := rules.problem(own=own, other=other, is_self=target.pk == by.pk):
        raise SanctionRefused(problem)
    return level_of(by)


def _store(target: Player, measure: Measure, *, by: Player | None) -> Sanction:
    now = timezone.now()
    row = Sanction.objects.create(
        target=target, scope=measure.scope, channel=measure.channel, kind=measure.kind, starts_at=now,
        ends_at=None if measure.kind in rules.INSTANT else measure.ends_at, reason_code=measure.reason_code,
        text_to_target=measure.text, note_internal=measure.note, issued_by=by, case=measure.case,
        rule=measure.rule,
    )  # fmt: skip
    if row.kind == rules.BAN and row.channel is None and by is not None:
        row.site_ban = ban(
            player=target, by=by, reason=measure.text[:300], ends_at=row.ends_at, note=measure.note
        )
        row.save(update_fields=["site_ban"])
    elif row.kind in {rules.BAN, rules.KICK} and row.channel is not None:
        _expel(row.channel, target, "banned" if row.kind == rules.BAN else "kicked")
    _tell(row, f"{row.get_kind_display().split(':')[0].split(';')[0]}: please read why", now)
    return row


def _expel(channel: Channel, player: Player, reason: str) -> None:
    expel = kinds.get(channel.kind).expel
    if expel is None:
        remove_member(channel=channel, player=player, reason=reason)
    else:
        expel(channel, player, reason)
    # Also for somebody who has the page open without being a member any more.
    events.access_changed(player, channel=channel, reason=reason)


def _tell(row: Sanction, title: str, now: datetime) -> None:
    news = News(
        NotificationKind.SYSTEM,
        title,
        row.text_to_target,
        url=reverse("messaging:measures"),
        label="Read and answer",
        key=f"sanction.{row.uuid}",
        is_counted=False,
        type="warning",
        more={"source": "moderation"},
    )
    notify(recipient=row.target, news=news, now=now)
