"""Writing to one another: beginning, answering a request, putting away."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from messaging import permissions
from messaging.actions.channels import add_member, open_channel
from messaging.actions.messages import Posted, post_message
from messaging.actions.notifications import News, notify
from messaging.models import Channel, Conversation, DirectState, Message
from messaging.queries.direct import conversation_between, is_looking, may_write_to, sides
from messaging.refusals import MayNotPost
from messaging.rules import direct as rules
from padawanforge.kit.errors import DomainError
from players.choices import NotificationKind
from players.models import Player
from players.queries.relationships import SEGMENTS, are_friends

DIRECT = "direct"
A_DAY = timedelta(days=1)
Standing = DirectState.Standing


class MayNotWrite(DomainError):
    code = "forbidden"


class TooManyNew(DomainError):
    code = "rate"


class WaitForAnswer(DomainError):
    code = "rate"


@transaction.atomic
def write_to(
    *, player: Player, other: Player, text: str, now: datetime, client_id: UUID | None = None
) -> Posted:
    """Say something to the other; what begins with a refused message does not begin."""
    conversation = open_conversation(player=player, other=other, now=now)
    return say(conversation=conversation, player=player, text=text, client_id=client_id)


def say(*, conversation: Conversation, player: Player, text: str, client_id: UUID | None = None) -> Posted:
    if not permissions.may_post(player, conversation.channel):
        raise MayNotPost("You can read here, but not write.")
    return post_message(channel=conversation.channel, player=player, text=text, client_id=client_id)


@transaction.atomic
def open_conversation(*, player: Player, other: Player, now: datetime) -> Conversation:
    """The one conversation of the two; a request for somebody who is no friend."""
    # Both rows are the lock, in one order, so that two who write at once begin one conversation.
    ids = (player.pk, other.pk)
    people = list(Player.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if known := conversation_between(player, other):
        return known
    both = {row.pk: row for row in Player.objects.select_related(*SEGMENTS).filter(pk__in=ids)}
    if len(people) != 2 or not may_write_to(both[player.pk], both[other.pk]):
        raise MayNotWrite("You can't write to this player.")
    begun = Conversation.objects.filter(created_by=player, created_at__gt=now - A_DAY).count()
    if begun >= rules.MAX_NEW_A_DAY:
        raise TooManyNew(f"You can begin {rules.MAX_NEW_A_DAY} conversations a day. Begin this one tomorrow.")
    return _begin(player, other, now)


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


def accept(*, state: DirectState, now: datetime) -> bool:
    """False when it had been answered before."""
    return _answer(state, Standing.OPEN, now)


def decline(*, state: DirectState, now: datetime) -> bool:
    """The writer is not told; what comes later stays out of sight too."""
    return _answer(state, Standing.DECLINED, now)


def archive(*, state: DirectState, now: datetime) -> None:
    """Out of the inbox until something new is said."""
    DirectState.objects.filter(pk=state.pk).update(archived_at=now)


def unarchive(*, state: DirectState) -> None:
    DirectState.objects.filter(pk=state.pk).update(archived_at=None)


def check_unanswered(player: Player, channel: Channel, text: str, now: datetime) -> None:
    """Asked under the channel's lock before a message is stored: a stranger's first words are few."""
    both = sides(channel, player)
    if both is None or both[1].standing == Standing.OPEN:
        return
    if Message.objects.filter(channel=channel, player=player).count() >= rules.MAX_UNANSWERED:
        raise WaitForAnswer(
            f"Before an answer you can write {rules.MAX_UNANSWERED} messages. Wait for the answer."
        )


@transaction.atomic
def note_said(*, message: Message, now: datetime) -> None:
    """Put the conversation on top for both, take an answer for a yes, and tell the other."""
    both = sides(message.channel, message.player) if message.player else None
    if both is None:
        return
    mine, theirs = both
    DirectState.objects.filter(conversation=mine.conversation_id).update(
        last_at=message.sent_at, archived_at=None
    )
    if mine.standing != Standing.OPEN:
        DirectState.objects.filter(pk=mine.pk).update(standing=Standing.OPEN, answered_at=now)
    if theirs.standing != Standing.DECLINED and not is_looking(theirs.player, message.channel, now):
        _tell(mine, theirs, now)


def _tell(mine: DirectState, theirs: DirectState, now: datetime) -> None:
    """One line for each conversation, however much is said in it; without the words themselves."""
    is_request = theirs.standing == Standing.REQUEST
    title = f"{mine.player.name} wants to write to you" if is_request else f"{mine.player.name} wrote to you"
    conversation = Conversation.objects.get(pk=mine.conversation_id)
    news = News(
        NotificationKind.MESSAGE,
        title,
        url=reverse("messaging:direct", args=[conversation.uuid]),
        label="Read",
        key=f"direct.{conversation.uuid}",
        about=mine.player,
        more={"subcategory": "request" if is_request else "direct", "source": "messaging"},
    )
    notify(recipient=theirs.player, news=news, now=now)


def _answer(state: DirectState, standing: str, now: datetime) -> bool:
    waiting = DirectState.objects.filter(pk=state.pk, standing=Standing.REQUEST)
    return bool(waiting.update(standing=standing, answered_at=now))
