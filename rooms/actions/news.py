"""What people are told about the doors and the roles of their rooms."""

from datetime import datetime
from typing import Any

from messaging.actions.notifications import News, notify
from messaging.models import ChannelMember
from players.choices import NotificationKind
from players.models import Player
from rooms.models import Room
from rooms.permissions import MANAGERS


def tell(
    player: Player,
    *,
    room: Room,
    title: str,
    now: datetime,
    expires_at: datetime | None = None,
    **fields: Any,
) -> None:
    """`fields` are those of `News`; by `about`, nobody hears of somebody whom a block hides."""
    offered = {"url": room.get_absolute_url(), "label": "Go to the room", **fields}
    offered["key"] = f"{fields['key']}.{room.uuid}"
    more = {"subcategory": fields["key"].split(".")[1], "source": "rooms"}
    news = News(NotificationKind.ROOM, title, is_counted=False, more=more, **offered)
    notify(recipient=player, news=news, now=now, expires_at=expires_at)


def tell_managers(room: Room, **news: Any) -> None:
    managers = ChannelMember.objects.filter(channel=room.channel_id, role__in=MANAGERS)
    for member in managers.select_related("player").order_by("pk"):
        tell(member.player, room=room, **news)


def tell_arrival(*, room: Room, player: Player, now: datetime) -> None:
    """The owner hears who came; one line for each, told anew when somebody comes back."""
    if room.owner is not None and room.owner_id != player.pk:
        tell(
            room.owner,
            room=room,
            title=f"{player.name} came into {room.name}",
            now=now,
            key=f"room.joined.{player.uuid}",
            about=player,
        )
