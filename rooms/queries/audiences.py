"""Which rooms are for somebody's age."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from players.models import Player, PlayerPersonalInfo
from players.queries.ages import band_of, child_on, is_in_band
from players.rules.ages import Band
from rooms.models import Room
from rooms.rules.audiences import FAMILIES, audiences_for, lets_in, refusal


def for_age_of(player: Player) -> Q:
    """The rooms for somebody of his age who isn't staff, with no query of its own; agrees with `is_for`."""
    fits = Q()
    for band, is_in in is_in_band(player).items():
        rooms = Q(audience__in=audiences_for(band))
        if band is Band.ADULT:
            rooms &= Q(audience=FAMILIES) | ~Q(Exists(_children(OuterRef("channel"))))
        fits |= is_in & rooms
    return fits


def is_for(room: Room, player: Player) -> bool:
    band = band_of(player)
    return lets_in(
        room.audience, band, has_children=band is Band.ADULT and _children(room.channel_id).exists()
    )


def why_not(room: Room, player: Player) -> str:
    return refusal(room.name, room.audience, band_of(player))


def _children(channel: OuterRef | int) -> QuerySet[PlayerPersonalInfo]:
    """Members who are known to be under 13."""
    inside = PlayerPersonalInfo.objects.filter(player__channel_memberships__channel=channel)
    return inside.filter(child_on(timezone.localdate()))
