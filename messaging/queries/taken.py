"""What a player has taken away for himself, as his sockets need it."""

from dataclasses import dataclass, field

from messaging.models import Channel, DirectState, HiddenMessage
from messaging.rules.direct import DIRECT
from players.models import Player

KEPT_IN_MIND = 500


@dataclass(slots=True)
class Taken:
    """All messages up to a number, and some by name: they are told as numbers only."""

    up_to: int = 0
    messages: set[str] = field(default_factory=set)

    def holds(self, message: str, seq: int) -> bool:
        return bool(message) and (seq <= self.up_to or message in self.messages)

    def add(self, *, message: str, up_to: int) -> None:
        self.up_to = max(self.up_to, up_to)
        if message:
            self.messages.add(message)


def taken_by(player: Player, channel: Channel) -> Taken:
    if channel.kind != DIRECT:
        return Taken()
    mine = DirectState.objects.filter(player=player, conversation__channel=channel)
    hidden = HiddenMessage.objects.filter(player=player, message__channel=channel).order_by("-pk")
    names = hidden.values_list("message__uuid", flat=True)[:KEPT_IN_MIND]
    return Taken(mine.values_list("deleted_seq", flat=True).first() or 0, {str(uuid) for uuid in names})
