"""What sockets are told. Names and payloads are listed in docs/events.md."""

from collections.abc import Sequence

from messaging import frames
from messaging.models import Channel, ChannelEvent
from messaging.queries import LoggedEvent, Presence, logged, person_data
from padawanforge.kit.events import publish
from players.models import Player


def player_group(player: Player) -> str:
    return f"player.{player.uuid.hex}"


def recorded(channel: Channel, event: ChannelEvent) -> None:
    """Nudge everybody in the channel, once the event is saved."""
    publish(channel.group, "event", **nudge(channel, logged(event)))


def nudge(channel: Channel, line: LoggedEvent) -> dict[str, object]:
    """The whole frame, encoded once: who has seen the number before needs no query to pass it on."""
    room = str(channel.uuid)
    fields: dict[str, object] = {
        "seq": line.seq,
        "body": frames.event_body(room=room, seq=line.seq, type=line.type, data=line.data),
    }
    if line.client_id is not None:
        own = {**line.data, "message": {**line.data["message"], "cid": str(line.client_id)}}
        fields["author"] = line.author.hex if line.author else ""
        fields["own_body"] = frames.event_body(room=room, seq=line.seq, type=line.type, data=own)
    return fields


def signal(channel: Channel, name: str, /, **data: object) -> None:
    """Tell everybody who has the channel open something that is not kept; it may be lost."""
    text = frames.encode("sig", room=str(channel.uuid), type=name, data=data)
    publish(channel.group, "signal", text=text)


def presence(
    channel: Channel,
    *,
    joined: Sequence[Presence] = (),
    left: Sequence[Player] = (),
    changed: Sequence[Presence] = (),
) -> None:
    signal(
        channel,
        "presence",
        joined=[presence_data(entry) for entry in joined],
        left=[str(player.uuid) for player in left],
        state=[{"uuid": str(entry.player.uuid), "state": entry.state} for entry in changed],
    )


def presence_data(entry: Presence) -> dict:
    return {**person_data(entry.player), "state": entry.state}


def access_changed(player: Player, *, channel: Channel | None = None, reason: str = "") -> None:
    """Make the player's sockets look again: at one channel, or at everything."""
    room = str(channel.uuid) if channel else ""
    publish(player_group(player), "access", room=room, reason=reason)
