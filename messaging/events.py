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
        "author": line.author.hex if line.author else "",
    }
    if line.client_id is not None:
        own = {**line.data, "message": {**line.data["message"], "cid": str(line.client_id)}}
        fields["own_body"] = frames.event_body(room=room, seq=line.seq, type=line.type, data=own)
    if line.owner is not None:
        fields["owner"] = line.owner.hex
        own = {**line.data, "own": line.own}
        fields["own_body"] = frames.event_body(room=room, seq=line.seq, type=line.type, data=own)
    return fields


def hidden_body(room: str, seq: int) -> str:
    """What somebody is told who doesn't see the author: that there is a number, so that no gap opens."""
    return frames.event_body(room=room, seq=seq, type="message.hidden", data={})


def signal(channel: Channel, name: str, /, *, about: Player | None = None, **data: object) -> None:
    """Tell everybody who has the channel open something that is not kept; it may be lost.

    With `about`, it doesn't reach those who don't see that player.
    """
    text = frames.encode("sig", room=str(channel.uuid), type=name, data=data)
    publish(channel.group, "signal", text=text, about=about.uuid.hex if about else "")


def personal_signal(player: Player, name: str, /, **data: object) -> None:
    """Tell the player alone, on every page of his that has a socket; it may be lost."""
    publish(player_group(player), "signal", text=frames.encode("sig", type=name, data=data))


def presence(
    channel: Channel,
    *,
    joined: Sequence[Presence] = (),
    left: Sequence[Player] = (),
    changed: Sequence[Presence] = (),
) -> None:
    """A signal for each person, for not everybody may hear of everybody."""
    for entry in joined:
        _presence(channel, entry.player, joined=[presence_data(entry)])
    for player in left:
        _presence(channel, player, left=[str(player.uuid)])
    for entry in changed:
        state = {"uuid": str(entry.player.uuid), "state": entry.state}
        _presence(channel, entry.player, state=[state])


def _presence(channel: Channel, player: Player, **news: list) -> None:
    signal(channel, "presence", about=player, **{"joined": [], "left": [], "state": [], **news})


def presence_data(entry: Presence) -> dict:
    return {**person_data(entry.player), "state": entry.state}


def access_changed(player: Player, *, channel: Channel | None = None, reason: str = "") -> None:
    """Make the player's sockets look again: at one channel, or at everything."""
    room = str(channel.uuid) if channel else ""
    publish(player_group(player), "access", room=room, reason=reason)


def block_changed(player: Player, other: Player) -> None:
    """Make the player's sockets look again at whom they hide."""
    publish(player_group(player), "block", other=other.uuid.hex)
