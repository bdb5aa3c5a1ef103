"""What sockets are told. Names and payloads are listed in docs/events.md."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from messaging import frames
from messaging.models import Channel, ChannelEvent, Message
from messaging.queries import LoggedEvent, Presence, logged, person_data
from messaging.queries.presence import NAMED_UP_TO, count_present
from messaging.queries.receipts import Receipt
from padawanforge.kit.events import publish
from players.models import Player

# What was told of the message before is not true any more, and may have been taken back.
REWRITES = frozenset({"message.edited", "message.deleted"})
# Every socket, whoever it belongs to; nothing that is not for everybody is told there.
EVERYBODY = "everybody"


def player_group(player: UUID) -> str:
    """All pages of one player."""
    return f"player:{player.hex}"


def recorded(channel: Channel, event: ChannelEvent) -> LoggedEvent:
    """Nudge everybody in the channel, once the event is saved; what they are told."""
    line = logged(event)
    publish(channel.group, "event", **nudge(channel, line))
    return line


def nudge(channel: Channel, line: LoggedEvent) -> dict[str, object]:
    """The whole frame, encoded once: who has seen the number before needs no query to pass it on."""
    room = str(channel.uuid)
    fields: dict[str, object] = {
        "seq": line.seq,
        "body": frames.event_body(room=room, seq=line.seq, type=line.type, data=line.data),
        "author": line.author.hex if line.author else "",
    }
    if message := line.data.get("message"):
        fields["message"], fields["at"] = message["uuid"], message["seq"]
        fields["rewrites"] = line.type in REWRITES
    if line.between:
        fields["between"] = [uuid.hex for uuid in line.between]
    if line.client_id is not None:
        own = {**line.data, "message": {**line.data["message"], "cid": str(line.client_id)}}
        fields["own_body"] = frames.event_body(room=room, seq=line.seq, type=line.type, data=own)
    if line.owner is not None:
        fields["owner"] = line.owner.hex
        own = {**line.data, "own": line.own}
        fields["own_body"] = frames.event_body(room=room, seq=line.seq, type=line.type, data=own)
    return fields


def hidden_body(room: str, seq: int) -> str:
    """What somebody is told who doesn't see the author, or the whisper: that there is a number, so that no gap opens."""
    return frames.event_body(room=room, seq=seq, type="message.hidden", data={})


def signal(channel: Channel, name: str, /, *, about: Player | None = None, **data: object) -> None:
    """Tell everybody who has the channel open something that is not kept; it may be lost.

    With `about`, it doesn't reach those who don't see that player.
    """
    text = frames.encode("sig", room=str(channel.uuid), type=name, data=data)
    publish(channel.group, "signal", text=text, of=name, about={about.uuid.hex: ""} if about else {})


def group_signal(group: str, name: str, /, **data: object) -> None:
    """Tell every page with a socket in the group, without a room; it may be lost."""
    publish(group, "signal", text=frames.encode("sig", type=name, data=data))


def personal_signal(player: Player, name: str, /, **data: object) -> None:
    """Tell the player alone, on every page of his that has a socket; it may be lost."""
    publish(player_group(player.uuid), "signal", text=frames.encode("sig", type=name, data=data))


def presence(
    channel: Channel,
    *,
    joined: Sequence[Presence] = (),
    left: Sequence[Player] = (),
    changed: Sequence[Presence] = (),
) -> None:
    """One signal for all, and each of them by himself for those who may not hear of everybody.

    In a crowd the number only.
    """
    here = count_present(channel)
    if here > NAMED_UP_TO:
        if joined or left:
            signal(channel, "presence", joined=[], left=[], state=[], present=here)
        return
    news: list[tuple[Player, str, Any]] = [
        *((entry.player, "joined", presence_data(entry)) for entry in joined),
        *((player, "left", str(player.uuid)) for player in left),
        *(
            (entry.player, "state", {"uuid": str(entry.player.uuid), "state": entry.state})
            for entry in changed
        ),
    ]
    room = str(channel.uuid)
    about = {player.uuid.hex: _presence_frame(room, [(name, told)]) for player, name, told in news}
    text = _presence_frame(room, [(name, told) for _, name, told in news])
    publish(channel.group, "signal", text=text, of="presence", about=about)


def _presence_frame(room: str, news: Sequence[tuple[str, Any]]) -> str:
    data: dict[str, list] = {"joined": [], "left": [], "state": []}
    for name, told in news:
        data[name].append(told)
    return frames.encode("sig", room=room, type="presence", data=data)


def presence_data(entry: Presence) -> dict:
    return {**person_data(entry.player), "state": entry.state}


def receipt(author: Player, channel: Channel, known: Receipt) -> None:
    """How far one reader has got: to the pages of one author alone."""
    personal_signal(
        author,
        "receipt",
        room=str(channel.uuid),
        player=str(known.player),
        delivered=known.delivered,
        read=known.read,
    )


def taken_away(player: Player, channel: Channel, *, message: Message | None = None, up_to: int = 0) -> None:
    """The player took a message away for himself, or all up to a number: his own pages are told."""
    room, uuid = str(channel.uuid), str(message.uuid) if message else ""
    text = frames.encode("sig", room=room, type="message.taken", data={"message": uuid, "up_to": up_to})
    publish(player_group(player.uuid), "taken", room=room, message=uuid, up_to=up_to, text=text)


def access_changed(player: Player, *, channel: Channel | None = None, reason: str = "") -> None:
    """Make the player's sockets look again: at one channel, or at everything."""
    room = str(channel.uuid) if channel else ""
    publish(player_group(player.uuid), "access", room=room, reason=reason)


def block_changed(player: Player, other: Player) -> None:
    """Make the player's sockets look again at whom they hide."""
    publish(player_group(player.uuid), "block", other=other.uuid.hex)
