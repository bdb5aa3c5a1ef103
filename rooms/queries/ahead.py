"""What the questions about members of rooms will ask, at hand for all of them at once."""

from collections.abc import Collection

from django.db.models import F

from messaging.models import ChannelMember
from padawanforge.kit.memory import keep
from padawanforge.kit.versions import RowVersion
from rooms.models import Room, RulesAcceptance
from rooms.queries.entry import has_accepted

# What of a channel the rows have selected.
RELATED = ("channel__room__settings",)
# The settings, and whether the room is open; what else of its row changes has no say in who may write.
WATCHED = (RowVersion("channel__room__settings__updated_at"), F("channel__room__closed_at"))


def read_ahead(members: Collection[ChannelMember]) -> None:
    """The rows have selected RELATED; one query more where there are rules to accept."""
    ruled = []
    for member in members:
        room = getattr(member.channel, "room", None)
        keep((Room, member.channel_id), room)
        if room is not None and getattr(room, "settings", None) and room.settings.room_rules:
            ruled.append((member, room))
    if not ruled:
        return
    accepted = RulesAcceptance.objects.filter(
        room__in={room.pk for _, room in ruled}, player__in={member.player_id for member, _ in ruled}
    )
    versions = {
        (player_id, room_id): version
        for player_id, room_id, version in accepted.values_list("player", "room", "version")
    }
    for member, room in ruled:
        version = versions.get((member.player_id, room.pk), 0)
        has = version >= room.settings.rules_version
        keep((has_accepted, member.player_id, member.channel_id), has)
