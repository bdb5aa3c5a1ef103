"""What the log that a player has alone adds up to."""

from messaging.models import ChannelMember
from messaging.queries.notifications import unread_count
from players.models import Player

ROOMS = 200


def own_state(player: Player) -> dict[str, object]:
    """How many notifications wait, and how far the player has read in the channels used last."""
    members = ChannelMember.objects.filter(player=player).order_by("-channel__last_seq", "pk")
    rows = members.values_list("channel__uuid", "read_seq")[:ROOMS]
    return {"unread": unread_count(player), "reads": {str(uuid): seq for uuid, seq in rows}}
