"""Bots of other messengers that speak for a character: what they bring, and what the character answers."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from npcs.actions import linking
from npcs.actions.sections import Place
from npcs.actions.speaking import Speech, speak
from npcs.llm.base import ShouldStop, Turn
from npcs.models import BotAssignment, BotMessage, BotPermission, Interaction, Npc
from npcs.rules.linking import Link, Unlink, command_in
from npcs.rules.signatures import signature
from padawanforge.kit import fetch
from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.work import WorkItem, WorkState

logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
A_MINUTE_EACH, A_MINUTE_TOGETHER = 10, 60
# What the character still knows of the same person, where it may know anything.
EXCHANGES, CONTEXT_OF = 6, timedelta(hours=12)
KEPT_DAYS = 30
LOOK_SECONDS = 1.0


class BotRefused(DomainError):
    code = "refused"


class ChannelClosed(BotRefused):
    code = "channel"


class BotMayNot(BotRefused):
    code = "permission"


class CharacterRests(BotRefused):
    code = "rests"


class TooFast(BotRefused):
    code = "rate_limited"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a bridge posts; `channel` is empty for what was written to the bot alone."""

    external_id: str
    channel: str
    author_id: str
    author_name: str
    text: str


def disconnect(*, npc: Npc) -> int:
    """Forget the tokens of the character's bots, which are silent from now on; how many there were.

    A character that comes back has its assignments again, but each needs a new token.
    """
    return npc.bots.exclude(bot_token=None).update(bot_token=None, is_active=False)


def receive(*, bot: BotAssignment, incoming: Incoming, now: datetime) -> BotMessage:
    """Keep the message and have it answered; one that came before is answered once, however often it comes."""
    if known := bot.messages.filter(external_id=incoming.external_id).first():
        return known
    _refuse_what_it_may_not(bot, incoming)
    author_key = _author_key(bot, incoming.author_id)
    _refuse_too_fast(bot, author_key, now)
    command = command_in(incoming.text)
    try:
        with transaction.atomic():
            message = BotMessage.objects.create(
                bot=bot,
                external_id=incoming.external_id,
                channel=incoming.channel,
                author_key=author_key,
                author_name=clean_text(incoming.author_name),
                text=command.kept if command else incoming.text,
                kind=BotMessage.Kind.LINK if command else BotMessage.Kind.TALK,
            )
            if command:
                _obey(message, command, now)
            else:
                enqueue("npcs.answer_bot", pk=message.pk)
    except IntegrityError:
        # The bridge sent it twice at once.
        return bot.messages.get(external_id=incoming.external_id)
    return message


def answer(*, pk: int) -> None:
    """Let the character answer, unless another worker does: a provider may take long, so outside a transaction."""
    if not BotMessage.objects.claim(pk, now=timezone.now()):
        return
    message = BotMessage.objects.select_related("bot__npc").get(pk=pk)
    bot = message.bot
    if not (bot.is_active and bot.npc.is_active):
        message.mark_failed("The bot was disconnected, or the character rests.")
        return
    speech = speak(
        npc=bot.npc,
        heard=[*_said_before(message), Turn("user", message.text, message.author_name)],
        # Nobody here asks, so nobody's memories are touched and no tool is offered.
        player=None,
        on_text=lambda piece: None,
        should_stop=_until_disconnected(bot),
        place=Place(kind="bot", uuid=bot.uuid, reach="public", message=message.uuid),
    )
    _finish(message, speech)


def give_up(message: WorkItem) -> None:
    """Its worker died; asking again is the bridge's decision, for an answer costs."""
    message.mark_failed("It broke off.")


def tell(*, pk: int) -> None:
    """Send the answer to the bridge's own address, once: a bridge that missed it can still ask for it."""
    message = BotMessage.objects.select_related("bot").filter(pk=pk, state=WorkState.DONE).first()
    if message is None or not (message.bot.is_active and message.bot.webhook_url):
        return
    bot = message.bot
    body = json.dumps(as_data(message)).encode()
    moment, path = int(time.time()), urlsplit(bot.webhook_url).path or "/"
    headers = {
        "Content-Type": "application/json",
        "X-Padawan-Timestamp": str(moment),
        "X-Padawan-Signature": signature(
            bot.bot_token or "", moment=moment, method="POST", path=path, body=body
        ),
    }
    try:
        status = fetch.post(bot.webhook_url, body, headers=headers)
    except fetch.FetchRefused as refusal:
        logger.warning("%s did not get the answer of %s: %s", bot, message, refusal)
    else:
        if status >= 400:
            logger.warning("%s did not take the answer of %s: %s", bot, message, status)


def forget_old(*, now: datetime) -> int:
    """Delete what was said by bots some weeks ago, also where the answer is noted; how many messages there were."""
    old = BotMessage.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS))
    with transaction.atomic():
        return linking.forget(old)


def as_data(message: BotMessage) -> dict[str, object]:
    """As a bridge reads it; `state` is waiting, running, done or failed."""
    is_done = message.state == WorkState.DONE
    return {
        "uuid": str(message.uuid),
        "id": message.external_id,
        "channel": message.channel,
        "state": str(message.state),
        "answer": message.answer if is_done else None,
        "engine": message.engine if is_done else None,
    }


def _obey(message: BotMessage, command: Link | Unlink, now: datetime) -> None:
    """Answered on the spot, by the program and in its own name."""
    answer = linking.obey(message, command, now=now)
    message.kind, message.answer = answer.kind, answer.text
    message.state, message.answered_at = WorkState.DONE, now
    message.save(update_fields=["kind", "answer", "state", "answered_at"])
    if message.bot.webhook_url:
        enqueue("npcs.tell_bot", pk=message.pk)


def _refuse_what_it_may_not(bot: BotAssignment, incoming: Incoming) -> None:
    if incoming.channel and incoming.channel not in bot.channels:
        raise ChannelClosed("The character does not answer in this channel.")
    needed = BotPermission.ANSWER if incoming.channel else BotPermission.DIRECT
    if not bot.may(needed):
        raise BotMayNot(f"This bot may not do this: {needed.label.lower()}.")
    if not bot.npc.is_active:
        raise CharacterRests(f"{bot.npc.name} rests.")


def _refuse_too_fast(bot: BotAssignment, author_key: str, now: datetime) -> None:
    recent = bot.messages.filter(created_at__gt=now - MINUTE)
    if recent.count() >= A_MINUTE_TOGETHER or recent.filter(author_key=author_key).count() >= A_MINUTE_EACH:
        raise TooFast("Too many messages in this minute.")


def _author_key(bot: BotAssignment, author_id: str) -> str:
    """Tells people apart without keeping who they are; the same person is somebody else for another bot."""
    return salted_hmac("npcs.bot", f"{bot.uuid}:{author_id}", algorithm="sha256").hexdigest()


def _said_before(message: BotMessage) -> list[Turn]:
    """By the same person in the same channel, and what the character answered; of nobody else."""
    if not message.bot.may(BotPermission.CONTEXT):
        return []
    earlier = BotMessage.objects.filter(
        bot=message.bot_id,
        author_key=message.author_key,
        channel=message.channel,
        kind=BotMessage.Kind.TALK,
        state=WorkState.DONE,
        pk__lt=message.pk,
        created_at__gt=message.created_at - CONTEXT_OF,
    )
    rows = list(earlier.order_by("-pk")[:EXCHANGES])[::-1]
    return [
        turn
        for row in rows
        for turn in (Turn("user", row.text, row.author_name), Turn("assistant", row.answer))
    ]


def _until_disconnected(bot: BotAssignment, *, clock: Callable[[], float] = time.monotonic) -> ShouldStop:
    """Whether the bot or its character has fallen silent meanwhile, looked up once a second."""
    looked_at = clock()
    is_over = False

    def should_stop() -> bool:
        nonlocal looked_at, is_over
        if not is_over and clock() - looked_at >= LOOK_SECONDS:
            looked_at = clock()
            still = BotAssignment.objects.filter(pk=bot.pk, is_active=True, npc__is_active=True)
            is_over = not still.exists()
        return is_over

    return should_stop


@transaction.atomic
def _finish(message: BotMessage, speech: Speech) -> None:
    is_said = bool(speech.text) and speech.outcome != Interaction.Outcome.STOPPED
    linking.lock_identity(message)
    running = BotMessage.objects.filter(pk=message.pk, state=WorkState.RUNNING, attempts=message.attempts)
    if not running.update(
        state=WorkState.DONE if is_said else WorkState.FAILED,
        last_error="" if is_said else "The bot was disconnected.",
        lease_until=None,
        answer=speech.text if is_said else "",
        engine=speech.engine[:200],
        outcome=speech.outcome,
        interaction=speech.interaction,
        answered_at=timezone.now(),
    ):
        if speech.interaction and not BotMessage.objects.filter(pk=message.pk).exists():
            # It was deleted meanwhile, and so is what was noted of it.
            linking.forget_noted(Interaction.objects.filter(pk=speech.interaction))
        return
    if not is_said:
        return
    message.interaction_id = speech.interaction
    linking.note_said(message)
    if message.bot.webhook_url:
        enqueue("npcs.tell_bot", pk=message.pk)
