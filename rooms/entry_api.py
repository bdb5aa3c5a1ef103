"""Coming into rooms, their people and their archive, for programs."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from messaging.models import ChannelMember
from padawanforge.kit import access
from players.models import Player
from players.queries.relationships import hidden_from
from rooms import permissions
from rooms.actions.entry import accept_rules, archive_room, restore_room
from rooms.actions.invitations import (
    decline_invitation,
    enter_by_link,
    invite,
    make_link,
    revoke_invitation,
)
from rooms.actions.ownership import transfer_room
from rooms.actions.people import give_role, remove_person
from rooms.actions.requests import (
    RequestRefused,
    accept_request,
    ask_to_enter,
    decline_request,
    withdraw_request,
)
from rooms.actions.rooms import enter_room
from rooms.models import JoinRequest, Room, RoomInvitation
from rooms.queries.doors import invitations_to, is_staff, known_rooms, requests_waiting
from rooms.queries.entry import archived_rooms, my_invitations, open_invitations, sent_by
from rooms.queries.people import people_of
from rooms.schemas import OpenedOut, opened_out

router = Router(tags=["rooms"])
DONE = {204: None}


class AskIn(Schema):
    text: str = Field("", max_length=300)


class RequestOut(Schema):
    uuid: UUID
    status: str
    text: str
    reason: str
    created_at: datetime


class WaitingOut(RequestOut):
    username: str


class RequestDecisionIn(Schema):
    accept: bool
    reason: str = Field("", max_length=300)


class InvitationIn(Schema):
    """Either `username`, or a link: then `days` and `max_uses` limit it."""

    username: str = Field("", max_length=150)
    note: str = Field("", max_length=200)
    days: int | None = Field(None, ge=1, le=365)
    max_uses: int | None = Field(None, ge=1, le=10_000)


class InvitationOut(Schema):
    """`secret` is told once, to whoever made the link."""

    uuid: UUID | None
    username: str
    room: str
    note: str
    uses: int
    max_uses: int | None
    expires_at: datetime | None
    secret: str = ""


class SecretIn(Schema):
    secret: str = Field(min_length=1, max_length=100)


class MemberOut(Schema):
    username: str
    name: str
    role: str
    joined_at: datetime


class MembersOut(Schema):
    """Those with a role come first, on the first page. `after` is the cursor of the next page."""

    members: list[MemberOut]
    after: str


class RoleIn(Schema):
    """`owner` hands the room over."""

    role: Literal["owner", "co_owner", "moderator", "member"]


class RulesIn(Schema):
    version: int = Field(ge=1)


@router.get("/me/rooms/archived", response={200: list[OpenedOut]}, summary="My archived rooms")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def archived(request: HttpRequest) -> list[dict]:
    return [opened_out(room) for room in archived_rooms(request.user)[:100]]


@router.post("/rooms/{slug:slug}/archive", response=DONE, summary="Archive a room of mine")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def room_archive(request: HttpRequest, slug: str) -> Status:
    archive_room(room=known(request, slug), by=request.user, now=timezone.now())
    return Status(204, None)


@router.post("/rooms/{slug:slug}/restore", response=DONE, summary="Open an archived room again")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def room_restore(request: HttpRequest, slug: str) -> Status:
    rooms = Room.objects.all() if is_staff(request.user) else archived_rooms(request.user)
    restore_room(room=get_object_or_404(rooms, slug=slug), by=request.user, now=timezone.now())
    return Status(204, None)


@router.post("/rooms/{slug:slug}/requests", response={200: RequestOut}, summary="Ask to come in")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def request_make(request: HttpRequest, slug: str, data: AskIn) -> dict:
    """In a full room it is a place on the waiting list. Asking twice is asking once."""
    room = known(request, slug)
    return request_out(ask_to_enter(room=room, player=request.user, text=data.text, now=timezone.now()))


@router.get("/rooms/{slug:slug}/requests", response={200: list[WaitingOut], 409: dict}, summary="Who waits")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def request_list(request: HttpRequest, slug: str) -> list[dict]:
    """For those who manage the room; who waits longest comes first."""
    waiting = requests_waiting(managed(request, slug), request.user)[:100]
    return [{**request_out(asked), "username": asked.player.username} for asked in waiting]


@router.post("/rooms/{slug:slug}/requests/{uuid:uuid}", response=DONE, summary="Let in or decline")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def request_decide(request: HttpRequest, slug: str, uuid: UUID, data: RequestDecisionIn) -> Status:
    asked = get_object_or_404(requests_waiting(managed(request, slug), request.user), uuid=uuid)
    now = timezone.now()
    if data.accept:
        accept_request(request=asked, by=request.user, now=now)
    else:
        decline_request(request=asked, by=request.user, reason=data.reason, now=now)
    return Status(204, None)


@router.delete("/me/requests/{uuid:uuid}", response=DONE, summary="Take my request back")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def request_withdraw(request: HttpRequest, uuid: UUID) -> Status:
    asked = get_object_or_404(JoinRequest, uuid=uuid, player=request.user)
    withdraw_request(request=asked, player=request.user, now=timezone.now())
    return Status(204, None)


@router.post(
    "/rooms/{slug:slug}/invitations",
    response={200: InvitationOut, 201: InvitationOut},
    summary="Invite by name or make a link",
)
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def invitation_make(request: HttpRequest, slug: str, data: InvitationIn) -> Status:
    room, now = known(request, slug), timezone.now()
    if data.username:
        invited = Player.objects.present().filter(username=data.username.lower()).first()
        invite(room=room, by=request.user, player=invited, now=now, note=data.note)
        # Nothing that would differ when it vanished: no id.
        answer = InvitationOut(
            uuid=None, username=data.username.lower(), room=slug, note=data.note, uses=0, max_uses=None,
            expires_at=None,
        )  # fmt: skip
        return Status(200, answer)
    made = make_link(
        room=room,
        by=request.user,
        now=now,
        max_uses=data.max_uses,
        expires_at=now + timedelta(days=data.days) if data.days else None,
        note=data.note,
    )
    return Status(201, {**invitation_out(made.invitation), "secret": made.secret})


@router.get(
    "/rooms/{slug:slug}/invitations",
    response={200: list[InvitationOut]},
    summary="Open invitations of a room",
)
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def invitation_list(request: HttpRequest, slug: str) -> list[dict]:
    """All for those who manage the room, one's own for others."""
    room, player, now = known(request, slug), request.user, timezone.now()
    manages = permissions.may_manage_room(player, room)
    rows = open_invitations(room, player, now) if manages else sent_by(player, room, now)
    return [invitation_out(row) for row in rows]


@router.delete("/rooms/{slug:slug}/invitations/{uuid:uuid}", response=DONE, summary="Take an invitation back")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def invitation_revoke(request: HttpRequest, slug: str, uuid: UUID) -> Status:
    rows = RoomInvitation.objects.filter(room=known(request, slug)).select_related("room")
    revoke_invitation(invitation=get_object_or_404(rows, uuid=uuid), by=request.user, now=timezone.now())
    return Status(204, None)


@router.get("/me/invitations", response={200: list[InvitationOut]}, summary="My invitations")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def my_invitation_list(request: HttpRequest) -> list[dict]:
    return [invitation_out(row) for row in my_invitations(request.user)]


@router.post("/me/invitations/{uuid:uuid}/accept", response=DONE, summary="Enter by an invitation")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def my_invitation_accept(request: HttpRequest, uuid: UUID) -> Status:
    rows = invitations_to(request.user, timezone.now()).select_related("room")
    enter_room(room=get_object_or_404(rows, uuid=uuid).room, player=request.user)
    return Status(204, None)


@router.post("/me/invitations/{uuid:uuid}/decline", response=DONE, summary="Decline an invitation")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def my_invitation_decline(request: HttpRequest, uuid: UUID) -> Status:
    """Nobody is told."""
    rows = invitations_to(request.user, timezone.now()).select_related("room")
    invitation = get_object_or_404(rows, uuid=uuid)
    decline_invitation(invitation=invitation, player=request.user, now=timezone.now())
    return Status(204, None)


@router.post("/me/invitations/by-link", response={200: OpenedOut}, summary="Enter by a link")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def link_enter(request: HttpRequest, data: SecretIn) -> dict:
    """`secret` is the last part of the link's address."""
    member = enter_by_link(secret=data.secret, player=request.user, now=timezone.now())
    return opened_out(Room.objects.select_related("channel").get(channel=member.channel_id))


@router.post("/rooms/{slug:slug}/rules", response=DONE, summary="Accept the rules of a room")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def rules_accept(request: HttpRequest, slug: str, data: RulesIn) -> Status:
    accept_rules(room=entered(request, slug), player=request.user, version=data.version, now=timezone.now())
    return Status(204, None)


@router.get("/rooms/{slug:slug}/members", response={200: MembersOut}, summary="People of a room")
@access.scope("rooms:read")
@access.requires(permissions.may_see_lobby)
def member_list(
    request: HttpRequest,
    slug: str,
    cursor: str = Query("", max_length=400),
    limit: int = Query(30, ge=1, le=100),
) -> dict:
    """For those who are in it."""
    page = people_of(entered(request, slug), request.user, cursor=cursor, limit=limit)
    rows = [person.member for person in (*page.managers, *page.members)]
    return {"members": [member_out(member) for member in rows], "after": page.after}


@router.put("/rooms/{slug:slug}/members/{username}/role", response=DONE, summary="Give a role")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def member_role(request: HttpRequest, slug: str, username: str, data: RoleIn) -> Status:
    room, player = entered(request, slug), person(request, slug, username)
    if data.role == ChannelMember.Role.OWNER:
        transfer_room(room=room, by=request.user, to=player)
    else:
        give_role(room=room, by=request.user, player=player, role=data.role, now=timezone.now())
    return Status(204, None)


@router.delete("/rooms/{slug:slug}/members/{username}", response=DONE, summary="Take somebody out")
@access.scope("rooms:write")
@access.requires(permissions.may_see_lobby)
def member_remove(request: HttpRequest, slug: str, username: str) -> Status:
    room, player = entered(request, slug), person(request, slug, username)
    remove_person(room=room, by=request.user, player=player, now=timezone.now())
    return Status(204, None)


def known(request: HttpRequest, slug: str) -> Room:
    return get_object_or_404(known_rooms(request.user).open(), slug=slug)


def managed(request: HttpRequest, slug: str) -> Room:
    room = known(request, slug)
    if not permissions.may_let_in(request.user, room):
        raise RequestRefused("Only those who manage the room see who waits and decide about it.")
    return room


def entered(request: HttpRequest, slug: str) -> Room:
    room = known(request, slug)
    is_member = ChannelMember.objects.filter(channel=room.channel_id, player=request.user).exists()
    if not is_member and not is_staff(request.user):
        raise Http404
    return room


def person(request: HttpRequest, slug: str, username: str) -> Player:
    members = Player.objects.filter(channel_memberships__channel__room__slug=slug)
    return get_object_or_404(members.exclude(pk__in=hidden_from(request.user)), username=username.lower())


def request_out(asked: JoinRequest) -> dict:
    return {name: getattr(asked, name) for name in ("uuid", "status", "text", "reason", "created_at")}


def invitation_out(row: RoomInvitation) -> dict:
    names = ("uuid", "note", "uses", "max_uses", "expires_at")
    username = row.player.username if row.player else ""
    return {**{name: getattr(row, name) for name in names}, "username": username, "room": row.room.slug}


def member_out(member: ChannelMember) -> dict:
    player = member.player
    return {
        "username": player.username, "name": player.name, "role": member.role, "joined_at": member.joined_at,
    }  # fmt: skip
