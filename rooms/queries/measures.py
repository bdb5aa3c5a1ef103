"""Measures of one room: against whom they can be taken there, and which are in force."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.models import ChannelMember, Message, Sanction
from players.models import Player
from players.queries.relationships import hidden_from
from rooms.models import Room

SHOWN = 200


def people_to_measure(room: Room, viewer: Player) -> QuerySet[Player]:
    """Who is in the room, and who has written there: leaving helps nobody."""
    there = ChannelMember.objects.filter(channel=room.channel_id, player=OuterRef("pk"))
    wrote = Message.objects.filter(channel=room.channel_id, player=OuterRef("pk"))
    people = Player.objects.filter(Q(Exists(there)) | Q(Exists(wrote)))
    return people.exclude(pk__in=hidden_from(viewer)).select_related("profile")


def measures_in(room: Room, now: datetime) -> list[Sanction]:
    """What holds in this room alone, the newest first."""
    rows = Sanction.objects.in_force(now).filter(channel=room.channel_id)
    rows = rows.select_related("target__profile", "issued_by__profile")
    return list(rows.order_by("-starts_at", "-pk")[:SHOWN])
