"""What one of the people of a conversation does with his own side; the others keep theirs as it is."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from messaging import events
from messaging.actions.groups import leave
from messaging.models import Channel, DirectState, HiddenMessage, Message
from messaging.refusals import NotYours
from messaging.rules.direct import DIRECT
from players.models import Player

Standing = DirectState.Standing


def accept(*, state: DirectState, now: datetime) -> bool:
    """False when it had been answered before."""
    return _answer(state, Standing.OPEN, now)


@transaction.atomic
def decline(*, state: DirectState, now: datetime) -> bool:
    """The writer is not told; what comes later stays out of sight too. Declining a group is leaving it."""
    if not state.conversation.pair:
        # First the channel, as whoever takes people out does: each would wait for the other's lock.
        Channel.objects.select_for_update().get(pk=state.conversation.channel_id)
    is_first = _answer(state, Standing.DECLINED, now)
    if is_first and not state.conversation.pair:
        leave(state=state, now=now)
    return is_first


def archive(*, state: DirectState, now: datetime) -> None:
    """Out of the inbox until something new is said."""
    DirectState.objects.filter(pk=state.pk).update(archived_at=now)


def unarchive(*, state: DirectState) -> None:
    DirectState.objects.filter(pk=state.pk).update(archived_at=None)


def mute(*, state: DirectState, now: datetime) -> None:
    """No notifications; the inbox still shows what is new."""
    DirectState.objects.filter(pk=state.pk).update(muted_at=now)


def unmute(*, state: DirectState) -> None:
    DirectState.objects.filter(pk=state.pk).update(muted_at=None)


@transaction.atomic
def delete_conversation(*, state: DirectState, now: datetime) -> None:
    """All that was said so far is gone for this side; it comes back with the next message.

    A request is declined by it.
    """
    if decline(state=state, now=now) and not state.conversation.pair:
        return
    # Under the lock nobody says anything that would be deleted unread.
    channel = Channel.objects.select_for_update().get(pk=state.conversation.channel_id)
    mine = DirectState.objects.filter(pk=state.pk, deleted_seq__lt=channel.last_seq)
    mine.update(deleted_seq=channel.last_seq)
    DirectState.objects.filter(pk=state.pk).update(archived_at=now)
    channel.members.filter(player=state.player_id, read_seq__lt=channel.last_seq).update(
        read_seq=channel.last_seq, delivered_seq=F("read_seq"), read_at=now
    )
    events.taken_away(state.player, channel, up_to=channel.last_seq)


@transaction.atomic
def hide_message(*, message: Message, player: Player) -> bool:
    """Take a direct message away for this player alone; false when it was gone already."""
    if message.channel.kind != DIRECT:
        raise NotYours("Only direct messages can be deleted for yourself alone.")
    _, is_new = HiddenMessage.objects.get_or_create(player=player, message=message)
    if is_new:
        events.taken_away(player, message.channel, message=message)
    return is_new


def _answer(state: DirectState, standing: str, now: datetime) -> bool:
    waiting = DirectState.objects.filter(pk=state.pk, standing=Standing.REQUEST)
    return bool(waiting.update(standing=standing, answered_at=now))
