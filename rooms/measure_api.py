"""Measures against people in one room, for programs of those who manage it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging.actions.sanctions import measure_in, revoke_sanction, sanction
from messaging.models import Sanction
from messaging.models.moderation import Category
from padawanforge.kit import access
from players.models import Player
from rooms import permissions
from rooms.models import Room
from rooms.queries.doors import known_rooms
from rooms.queries.measures import measures_in, people_to_measure

router = Router(tags=["rooms"])


class MeasureIn(Schema):
    """`term` is left empty for what is done at once: a warning, or taking somebody out."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=150)
    kind: Literal["warning", "mute", "timeout", "kick", "ban"]
    term: Literal["", "5m", "30m", "2h", "24h", "7d", "28d", "endless"] = ""
    reason: Category = Category.OTHER
    text: str = Field(min_length=1, max_length=500, description="What the player reads.")


class MeasureOut(Schema):
    uuid: UUID
    username: str
    kind: str
    reason: str
    text: str
    by: str = Field(description="Empty when a rule or a character took it.")
    starts_at: datetime
    ends_at: datetime | None


@router.get(
    "/rooms/{slug:slug}/measures",
    response={200: list[MeasureOut]},
    summary="Measures in force in a room",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def measure_list(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """For those who manage the room; at most 200, the newest first."""
    return [_measure_out(row) for row in measures_in(_room(request.user, slug), timezone.now())]


@router.post(
    "/rooms/{slug:slug}/measures",
    response={201: MeasureOut},
    summary="Warn, mute, take out or ban",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def measure_take(request: HttpRequest, slug: str, data: MeasureIn) -> Status:
    """Against somebody who is in the room or has written there, and whose rank is below yours."""
    room = _room(request.user, slug)
    target = get_object_or_404(people_to_measure(room, request.user), username=data.username.lower())
    chosen = data.dict(exclude={"username"})
    measure = measure_in(room.channel, now=timezone.now(), **chosen)
    return Status(201, _measure_out(sanction(target=target, by=request.user, measure=measure)))


@router.delete(
    "/rooms/{slug:slug}/measures/{uuid:uuid}",
    response={204: None},
    summary="Lift a measure",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def measure_lift(request: HttpRequest, slug: str, uuid: UUID) -> Status:
    """Twice is the same as once."""
    rows = Sanction.objects.select_related("target", "channel", "issued_by", "site_ban")
    row = get_object_or_404(rows, uuid=uuid, channel=_room(request.user, slug).channel_id)
    revoke_sanction(sanction=row, by=request.user)
    return Status(204, None)


def _room(player: Player, slug: str) -> Room:
    room = get_object_or_404(known_rooms(player).open(), slug=slug)
    if not permissions.may_manage_room(player, room):
        raise Http404
    return room


def _measure_out(row: Sanction) -> dict[str, Any]:
    return {
        "uuid": row.uuid, "username": row.target.username, "kind": row.kind, "reason": row.reason_code,
        "text": row.text_to_target, "by": row.issued_by.username if row.issued_by else "",
        "starts_at": row.starts_at, "ends_at": row.ends_at,
    }  # fmt: skip
