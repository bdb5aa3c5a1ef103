"""What sockets are told of answers in the making. Names and payloads are listed in docs/events.md."""

from messaging.events import signal
from rooms.models import Reply
from rooms.queries.replies import draft_data, npc_data


def thinking(reply: Reply) -> None:
    signal(reply.channel, "npc.thinking", **draft_data(reply, pieces=()))


def delta(reply: Reply, *, chunk_no: int, text: str) -> None:
    signal(
        reply.channel,
        "npc.delta",
        draft=str(reply.uuid),
        npc=npc_data(reply.npc),
        asker=str(reply.player.uuid) if reply.player else "",
        chunk_no=chunk_no,
        text=text,
    )


def ended(reply: Reply, *, reason: str = "") -> None:
    """Without a message: nothing was said, or nothing that is worth keeping."""
    signal(reply.channel, "npc.ended", draft=str(reply.uuid), reason=reason)
