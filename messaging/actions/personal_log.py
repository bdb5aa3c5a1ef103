"""The log that each player has alone: what one of his pages changes, the others hear, also after a gap.

It is a channel like any other, under the player's own uuid, and made when it is needed first.
"""

from collections.abc import Callable, Mapping

from django.db import transaction

from messaging.actions.messages import record_event
from messaging.models import Channel
from messaging.models.channel import PERSONAL
from padawanforge.kit.events import after_commit
from players.models import Player

Data = Callable[[], Mapping[str, object]]


def note(player: Player, *, type: str, data: Data) -> None:
    """Write a line into the player's own log, after the commit; `data` is asked under the log's lock.

    In a transaction of its own: two that tell the same two players in another order would wait for each
    other for ever. A line that a crash prevents is missed by nobody: a page that begins asks for the state.
    """
    after_commit(lambda: _write(player, type, data))


def log_of(player: Player) -> Channel:
    log, _ = Channel.objects.get_or_create(uuid=player.uuid, defaults={"kind": PERSONAL})
    return log


@transaction.atomic
def _write(player: Player, type: str, data: Data) -> None:
    # Deleted in the meantime: a log without its player would stay for ever.
    if Player.objects.filter(pk=player.pk).exists():
        log = Channel.objects.select_for_update().get(pk=log_of(player).pk)
        record_event(channel=log, type=type, payload=dict(data()))
