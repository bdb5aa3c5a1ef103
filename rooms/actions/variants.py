"""An answer that exists: stopped, made again, chosen among its variants."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from messaging.actions.edits import locked
from messaging.actions.messages import record_event
from npcs.models import Interaction
from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import start
from padawanforge.kit.work import WorkState
from players.models import Player
from rooms import events
from rooms.models import Reply, ReplyVariant
from rooms.rules.limits import VARIANTS

VARIANTS_A_MINUTE = 10
MINUTE = timedelta(minutes=1)
Ending = Reply.Ending


class AnswerBusy(DomainError):
    code = "conflict"


class AnswerGone(DomainError):
    code = "gone"


class TooManyVariants(DomainError):
    code = "limit"


class NoSuchVariant(DomainError):
    code = "invalid"


@transaction.atomic
def stop(*, reply: Reply) -> bool:
    """Whoever makes it hears of it within a second; one that waits is not begun. False when it had ended."""
    now = timezone.now()
    waiting = Reply.objects.filter(pk=reply.pk, state=WorkState.WAITING)
    if waiting.update(state=WorkState.DONE, ending=Ending.STOPPED, stop_asked_at=now):
        events.ended(reply)
        show_ending(reply)
        return True
    running = Reply.objects.filter(pk=reply.pk, state=WorkState.RUNNING, stop_asked_at=None)
    return bool(running.update(stop_asked_at=now))


@transaction.atomic
def make_again(*, reply: Reply, by: Player, now: datetime) -> None:
    """Another variant of it, or one more try for what was interrupted; what there is stays until it is there."""
    reply = Reply.objects.select_for_update(of=("self",)).select_related("answer", "channel").get(pk=reply.pk)
    if reply.state in (WorkState.WAITING, WorkState.RUNNING):
        raise AnswerBusy("This answer is being made.")
    if reply.answer is not None and reply.answer.is_deleted:
        raise AnswerGone("This answer was deleted.")
    if reply.answer is not None and "hint" in reply.answer.metadata:
        raise AnswerBusy("A hint is given as it is. Ask for the next one.")
    _keep_what_is_shown(reply)
    if reply.variants.count() >= VARIANTS:
        raise TooManyVariants(f"An answer has at most {VARIANTS} variants. Choose one of them, or ask anew.")
    made = ReplyVariant.objects.filter(reply__player=reply.player_id, created_at__gt=now - MINUTE)
    if made.count() >= VARIANTS_A_MINUTE:
        raise TooManyVariants("So many answers! Wait a minute, then try again.")
    Reply.objects.filter(pk=reply.pk).update(
        state=WorkState.WAITING, queued_at=now, ending="", stop_asked_at=None, last_error=""
    )
    start("rooms.react", pk=reply.pk)


@transaction.atomic
def choose_variant(*, reply: Reply, number: int) -> None:
    """Show another of the answers in the place of the one that is shown."""
    reply = Reply.objects.select_for_update(of=("self",)).select_related("answer").get(pk=reply.pk)
    variant = ReplyVariant.objects.filter(reply=reply, number=number).first()
    if variant is None or reply.answer is None:
        raise NoSuchVariant("There is no such variant of this answer.")
    if reply.answer.is_deleted:
        raise AnswerGone("This answer was deleted.")
    if number != reply.selected:
        show(reply, variant)


def add_variant(reply: Reply, **fields: Any) -> ReplyVariant:
    """In the transaction of its caller; the new variant is the one that is shown."""
    number = reply.variants.count() + 1
    variant = ReplyVariant.objects.create(reply=reply, number=number, **fields)
    reply.deltas.all().delete()
    if reply.answer_id is not None:
        show(reply, variant)
    return variant


def show(reply: Reply, variant: ReplyVariant) -> None:
    """The message says what the variant says; its readers are told, and no trace of an edit remains."""
    answer = reply.answer
    if answer is None:
        return
    message = locked(answer)
    Reply.objects.filter(pk=reply.pk).update(selected=variant.number)
    if message.is_deleted:
        return
    message.text = variant.text
    message.rev += 1
    message.metadata = {
        **message.metadata,
        "engine": variant.engine,
        "outcome": variant.outcome,
        "sources": variant.sources,
        "answer": answer_data(reply, variant, of=reply.variants.count()),
    }
    message.save(update_fields=["text", "rev", "metadata"])
    record_event(channel=message.channel, type="message.edited", message=message)


def show_ending(reply: Reply) -> None:
    """The attempt ended without anything new: what was shown before is shown as it is."""
    variant = reply.variants.filter(number=reply.selected).first()
    if variant is not None:
        show(reply, variant)


def answer_data(reply: Reply, variant: ReplyVariant, *, of: int) -> dict[str, object]:
    """What pages need for the buttons below an answer."""
    return {
        "uuid": str(reply.uuid),
        "asker": str(reply.player.uuid) if reply.player else "",
        "n": variant.number,
        "of": of,
        "ending": variant.ending,
        "may_retry": variant.ending == Ending.INTERRUPTED
        or variant.outcome == Interaction.Outcome.UNAVAILABLE,
    }


def _keep_what_is_shown(reply: Reply) -> None:
    """Answers from before there were variants, and refusals, become the first one."""
    answer = reply.answer
    if answer is None or reply.variants.exists():
        return
    known = {name: answer.metadata.get(name, "") for name in ("engine", "outcome")}
    ReplyVariant.objects.create(
        reply=reply, number=1, text=answer.text, sources=answer.metadata.get("sources", []), **known
    )
    Reply.objects.filter(pk=reply.pk).update(selected=1)
