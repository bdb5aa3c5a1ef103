"""A sign under a message; each player sets each sign once."""

from django.db import transaction
from django.db.models import Count, Min, QuerySet

from messaging.actions.edits import locked
from messaging.actions.features import refuse_switched_off
from messaging.actions.messages import record_event
from messaging.models import Message, MessageReaction
from messaging.permissions import may_post
from messaging.refusals import MayNotPost, MessageGone
from messaging.rules.reactions import MAX_DIFFERENT, NAMES
from padawanforge.kit.errors import DomainError
from players.models import Player


class NoReaction(DomainError):
    code = "invalid"


class TooManyReactions(DomainError):
    code = "too_long"


@transaction.atomic
def react(*, message: Message, player: Player, emoji: str, on: bool) -> Message:
    """Set the sign or take it back; asking for what is already so changes nothing."""
    if emoji not in NAMES:
        raise NoReaction("Choose one of the signs that are offered.")
    message = locked(message)
    if message.is_deleted:
        raise MessageGone("This message was deleted.")
    if not may_post(player, message.channel):
        raise MayNotPost("You can read here, but not write.")
    if on:
        refuse_switched_off(message.channel, "reactions")
    if not _set(message, player, emoji, on=on):
        return message
    count_reactions(message)
    # For the player's own pages only: the others hear how many, not who.
    payload = {"own": list(of_player(message, player).values_list("emoji", flat=True))}
    record_event(channel=message.channel, type="reaction.set", actor=player, message=message, payload=payload)
    return message


def of_player(message: Message, player: Player) -> QuerySet[MessageReaction]:
    return MessageReaction.objects.filter(message=message, player=player).order_by("pk")


def count_reactions(message: Message) -> None:
    """Counted from the rows each time, so that nothing drifts; in the order in which the signs came."""
    rows = MessageReaction.objects.filter(message=message).values("emoji")
    found = rows.annotate(count=Count("pk"), first=Min("pk")).order_by("first")
    message.reaction_counts = [{"emoji": row["emoji"], "count": row["count"]} for row in found]
    message.save(update_fields=["reaction_counts"])


def _set(message: Message, player: Player, emoji: str, *, on: bool) -> bool:
    """Whether anything changed."""
    if not on:
        return bool(of_player(message, player).filter(emoji=emoji).delete()[0])
    known = {count["emoji"] for count in message.reaction_counts}
    if emoji not in known and len(known) >= MAX_DIFFERENT:
        raise TooManyReactions(f"A message has at most {MAX_DIFFERENT} different reactions.")
    return MessageReaction.objects.get_or_create(message=message, player=player, emoji=emoji)[1]
