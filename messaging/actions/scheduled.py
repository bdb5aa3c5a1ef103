"""Messages that are said later: planned, changed, called off, and said once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from messaging import kinds, permissions
from messaging.actions.messages import checked_text
from messaging.actions.notifications import News, notify
from messaging.actions.speaking import speak
from messaging.commands import Told
from messaging.models import Channel, Notification, ScheduledMessage
from messaging.refusals import MayNotPost
from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.work import WorkState
from players.choices import NotificationKind
from players.models import Player

MOST_OPEN = 20
LATEST = timedelta(days=365)


class WrongMoment(DomainError):
    code = "invalid"


class TooManyPlanned(DomainError):
    code = "too_many"


class AlreadySaid(DomainError):
    code = "gone"


@transaction.atomic
def plan(*, channel: Channel, player: Player, text: str, due_at: datetime, now: datetime) -> ScheduledMessage:
    """What is refused at that moment is told to the player then."""
    if not permissions.may_post(player, channel):
        raise MayNotPost("You can read here, but not write.")
    text = checked_text(text)
    _check_moment(due_at, now)
    # The player's row is the lock, so that two tabs don't plan one too many.
    Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    if open_of(player).count() >= MOST_OPEN:
        raise TooManyPlanned(f"You have planned {MOST_OPEN} messages. Call one off first.")
    return ScheduledMessage.objects.create(
        channel=channel, player=player, text=text, due_at=due_at, queued_at=due_at
    )


def change(*, planned: ScheduledMessage, text: str, due_at: datetime, now: datetime) -> None:
    text = checked_text(text)
    _check_moment(due_at, now)
    waiting = ScheduledMessage.objects.filter(pk=planned.pk, state=WorkState.WAITING)
    if not waiting.update(text=text, due_at=due_at, queued_at=due_at):
        raise AlreadySaid("It is too late to change this message.")


def call_off(*, planned: ScheduledMessage) -> None:
    """Also takes one that failed off the list."""
    stopped = (WorkState.WAITING, WorkState.FAILED)
    gone, _ = ScheduledMessage.objects.filter(pk=planned.pk, state__in=stopped).delete()
    if not gone:
        raise AlreadySaid("It is too late to call this message off.")


def send_due(*, now: datetime) -> int:
    """Have said what is due; a message that is asked for twice is said once."""
    due = ScheduledMessage.objects.filter(state=WorkState.WAITING, due_at__lte=now).order_by("due_at", "pk")
    pks = list(due.values_list("pk", flat=True)[:100])
    for pk in pks:
        enqueue("messaging.say_scheduled", pk=pk)
    return len(pks)


def say_scheduled(*, pk: int, now: datetime) -> None:
    """Say it as if the player did now, with the same checks; its client id makes it once."""
    planned = ScheduledMessage.objects.filter(pk=pk).select_related("channel", "player").first()
    if planned is None or planned.due_at > now or not ScheduledMessage.objects.claim(pk, now=now):
        return
    # Read again: the claim came after whatever the player changed.
    planned.refresh_from_db()
    try:
        grant = permissions.posting(planned.player_id, planned.channel.uuid)
        # What the player has begun to write meanwhile is something else.
        posted = speak(
            channel=grant.channel,
            player=grant.player,
            text=planned.text,
            client_id=planned.client_id,
            was_draft=False,
        )
    except DomainError as refusal:
        _fail(planned, str(refusal), now)
        return
    if not isinstance(posted, Told):
        ScheduledMessage.objects.filter(pk=pk).update(message=posted.message)
    planned.mark_done()


def give_up(planned: ScheduledMessage) -> None:
    """After the last attempt: it waits on the list, and its author knows."""
    _fail(planned, "Something broke off several times. Plan it again.", planned.due_at)


def open_of(player: Player) -> QuerySet[ScheduledMessage]:
    """What has not been said yet."""
    return ScheduledMessage.objects.filter(player=player, state__in=(WorkState.WAITING, WorkState.RUNNING))


def _check_moment(due_at: datetime, now: datetime) -> None:
    if not now < due_at <= now + LATEST:
        raise WrongMoment("Choose a moment that is still to come, within a year.")


@transaction.atomic
def _fail(planned: ScheduledMessage, reason: str, now: datetime) -> None:
    planned.mark_failed(reason)
    where = kinds.get(planned.channel.kind).titles([planned.channel_id]).get(planned.channel_id, "")
    news = News(
        NotificationKind.MESSAGE,
        "A message that you had planned was not sent" + (f" to {where}" if where else ""),
        reason,
        url=reverse("messaging:scheduled"),
        label="See it",
        key=f"scheduled.{planned.uuid}",
        type=Notification.Type.WARNING,
        more={"subcategory": "scheduled", "source": "messaging"},
    )
    notify(recipient=planned.player, news=news, now=now)
