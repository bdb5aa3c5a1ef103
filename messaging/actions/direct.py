"""Writing to one another: beginning, what is said, and who is told of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from messaging import permissions
from messaging.actions.channels import add_member, open_channel
from messaging.actions.direct_letter import PLAIN, Letter
from messaging.actions.messages import Posted
from messaging.actions.notifications import News, notify
from messaging.actions.speaking import speak
from messaging.commands import Told
from messaging.models import Channel, Conversation, DirectState, Message
from messaging.queries.direct import conversation_between, looking, may_write_to, sides
from messaging.refusals import MayNotPost
from messaging.rules import direct as rules
from messaging.rules.direct import DIRECT
from padawanforge.kit.errors import DomainError
from players.choices import NotificationKind
from players.models import Player
from players.queries.relationships import SEGMENTS, are_friends

A_DAY = timedelta(days=1)
Standing = DirectState.Standing


class MayNotWrite(DomainError):
    code = "forbidden"


class TooManyNew(DomainError):
    code = "rate"


class WaitForAnswer(DomainError):
    code = "rate"


class OnlyTold(DomainError):
    """A command had an answer for whoever gave it, and nothing for the other: its text is the refusal."""

    code = "command"


@transaction.atomic
def write_to(
    *,
    player: Player,
    other: Player,
    text: str,
    now: datetime,
    client_id: UUID | None = None,
    letter: Letter = PLAIN,
) -> Posted:
    """Say something to the other; what begins with a refused message does not begin."""
    conversation = open_conversation(player=player, other=other, now=now)
    return write(conversation=conversation, player=player, text=text, client_id=client_id, letter=letter)


def write(*, conversation: Conversation, player: Player, text: str, **along: Any) -> Posted:
    """Say something that the others read; a command that only tells something is refused with what it tells."""
    said = say(conversation=conversation, player=player, text=text, **along)
    if isinstance(said, Told):
        raise OnlyTold(said.text)
    return said


def say(
    *,
    conversation: Conversation,
    player: Player,
    text: str,
    client_id: UUID | None = None,
    letter: Letter = PLAIN,
    attachments: Sequence[UUID] = (),
) -> Posted | Told:
    """What is typed, commands too, as by the socket."""
    if not permissions.may_post(player, conversation.channel):
        raise MayNotPost("You can read here, but not write.")
    return speak(
        channel=conversation.channel,
        player=player,
        text=text,
        client_id=client_id,
        letter=letter,
        attachments=attachments,
    )


@transaction.atomic
def open_conversation(*, player: Player, other: Player, now: datetime) -> Conversation:
    """The one conversation of the two; a request for somebody who is no friend."""
    # Both rows are the lock, in one order, so that two who write at once begin one conversation. Not the key:
    # who says something under the channel's lock refers to his row, and that lock is taken here afterwards.
    ids = (player.pk, other.pk)
    people = list(Player.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    if known := conversation_between(player, other):
        return known
    both = {row.pk: row for row in Player.objects.select_related(*SEGMENTS).filter(pk__in=ids)}
    if len(people) != 2 or not may_write_to(both[player.pk], both[other.pk]):
        raise MayNotWrite("You can't write to this player.")
    check_pace(player, now)
    return _begin(player, other, now)


def check_pace(player: Player, now: datetime) -> None:
    begun = Conversation.objects.filter(created_by=player, created_at__gt=now - A_DAY).count()
    if begun >= rules.MAX_NEW_A_DAY:
        raise TooManyNew(f"You can begin {rules.MAX_NEW_A_DAY} conversations a day. Begin this one tomorrow.")


def _begin(player: Player, other: Player, now: datetime) -> Conversation:
    channel = open_channel(kind=DIRECT)
    conversation = Conversation.objects.create(
        channel=channel, pair=rules.pair_of(player.pk, other.pk), created_by=player, created_at=now
    )
    standing = Standing.OPEN if are_friends(player, other) else Standing.REQUEST
    for somebody, stands in ((player, Standing.OPEN), (other, standing)):
        add_member(channel=channel, player=somebody)
        DirectState.objects.create(conversation=conversation, player=somebody, standing=stands, last_at=now)
    return conversation


def check_unanswered(player: Player, channel: Channel, text: str, now: datetime) -> None:
    """Asked under the channel's lock before a message is stored: a stranger's first words are few."""
    both = sides(channel, player)
    if both is None or not both[1] or any(state.standing == Standing.OPEN for state in both[1]):
        return
    if Message.objects.filter(channel=channel, player=player).count() >= rules.MAX_UNANSWERED:
        raise WaitForAnswer(
            f"Before an answer you can write {rules.MAX_UNANSWERED} messages. Wait for the answer."
        )


@transaction.atomic
def note_said(*, message: Message, now: datetime) -> None:
    """Put the conversation on top for all, take an answer for a yes, and tell the others."""
    both = sides(message.channel, message.player) if message.player else None
    if both is None:
        return
    mine, theirs = both
    if message.whisper_to_id is not None:
        # The others of a group must not even hear that something was said.
        theirs = [state for state in theirs if state.player_id == message.whisper_to_id]
    heard = [state.pk for state in (mine, *theirs)]
    DirectState.objects.filter(pk__in=heard).update(last_at=message.sent_at, archived_at=None)
    if mine.standing != Standing.OPEN:
        DirectState.objects.filter(pk=mine.pk).update(standing=Standing.OPEN, answered_at=now)
    there = looking(message.channel, [state.player_id for state in theirs], now)
    for state in theirs:
        is_open_to_news = state.standing != Standing.DECLINED and state.muted_at is None
        if is_open_to_news and state.player_id not in there:
            _tell(mine, state, message, now)


def _tell(mine: DirectState, theirs: DirectState, message: Message, now: datetime) -> None:
    """One line for each conversation, however much is said in it; without the words themselves."""
    conversation, is_request = theirs.conversation, theirs.standing == Standing.REQUEST
    news = News(
        NotificationKind.MESSAGE,
        _title(mine.player.name, conversation, is_request=is_request),
        url=reverse("messaging:direct", args=[conversation.uuid]),
        label="Read",
        key=f"direct.{conversation.uuid}",
        about=mine.player,
        # A stranger can't decide what is urgent to somebody.
        priority=Message.Priority.NORMAL if is_request else message.priority,
        more={"subcategory": "request" if is_request else "direct", "source": "messaging"},
    )
    notify(recipient=theirs.player, news=news, now=now)


def _title(name: str, conversation: Conversation, *, is_request: bool) -> str:
    if conversation.pair:
        return f"{name} wants to write to you" if is_request else f"{name} wrote to you"
    group = f"\u201c{conversation.title}\u201d" if conversation.title else "a group"
    return f"{name} wants to write with you in {group}" if is_request else f"{name} wrote in {group}"
