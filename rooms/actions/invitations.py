"""Letting others in by a link or by name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from messaging.models import ChannelMember
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.models import Player
from players.queries.relationships import hidden_from
from rooms.actions.news import tell
from rooms.actions.offers import offer_places
from rooms.actions.rooms import let_in, locked_room
from rooms.models import Room, RoomInvitation
from rooms.permissions import may_invite, may_manage_room
from rooms.queries.doors import door_of
from rooms.queries.entry import may_be_invited_by
from rooms.rules.doors import Door

MAX_LINKS = 50
# What one player may send in a day, so that nobody is flooded.
INVITATIONS_A_DAY = 30
NOTE_LENGTH = 200
NAMED_FOR = timedelta(days=30)


class InvitationRefused(DomainError):
    code = "forbidden"


class InvitationGone(DomainError):
    code = "gone"


@dataclass(frozen=True, slots=True)
class NewLink:
    """The secret is known here and now only: what is stored can't be turned back into it."""

    invitation: RoomInvitation
    secret: str


@transaction.atomic
def make_link(
    *,
    room: Room,
    by: Player,
    now: datetime,
    max_uses: int | None = None,
    expires_at: datetime | None = None,
    note: str = "",
) -> NewLink:
    """Whoever has the link may come in, as often as it says and until it ends."""
    room = locked_room(room)
    if not may_manage_room(by, room):
        raise InvitationRefused("Only those who manage the room make links.")
    _refuse_closed(room)
    if RoomInvitation.objects.usable(now).filter(room=room, player=None).count() >= MAX_LINKS:
        raise InvitationRefused(f"There are {MAX_LINKS} links already. Take one back first.")
    secret = token_urlsafe(32)
    invitation = RoomInvitation.objects.create(
        room=room,
        invited_by=by,
        token_hash=hashed(secret),
        max_uses=max_uses,
        expires_at=expires_at,
        note=clean_text(note)[:NOTE_LENGTH],
    )
    return NewLink(invitation, secret)


@transaction.atomic
def invite(*, room: Room, by: Player, player: Player | None, now: datetime, note: str = "") -> None:
    """Ask somebody in by name. None is somebody who doesn't exist, which the answer doesn't tell.

    Between two whom a block separates it looks the same from here, and is never seen there.
    """
    room = locked_room(room)
    if not may_invite(by, room):
        raise InvitationRefused("You can't invite people into this room. Ask somebody who manages it.")
    _refuse_closed(room)
    if player is None or not may_be_invited_by(player, by):
        raise InvitationRefused("You can invite friends, and people with whom you share a room.")
    is_hidden = player.pk in hidden_from(by)
    # Where somebody whom a block hides is, that answer would tell.
    if not is_hidden and ChannelMember.objects.filter(channel=room.channel_id, player=player).exists():
        raise InvitationRefused("This player is in the room already.")
    since = now - timedelta(days=1)
    if RoomInvitation.objects.filter(invited_by=by, created_at__gt=since).count() >= INVITATIONS_A_DAY:
        raise InvitationRefused("You have invited many people today. Go on tomorrow.")
    if _store(room, by, player, now, clean_text(note)[:NOTE_LENGTH], may_take_over=not is_hidden):
        _tell_invited(room, by, player, now)


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def enter_by_link(*, secret: str, player: Player, now: datetime) -> ChannelMember:
    """One use for each who comes in; none for who is in already. The last use goes to exactly one."""
    link = RoomInvitation.objects.filter(token_hash=hashed(secret)).select_related("room").first()
    if link is None:
        raise InvitationGone("This invitation doesn't hold any more. Ask for a new one.")
    room = locked_room(link.room)
    found = door_of(room, player, now, has_link=True)
    if found is Door.INSIDE:
        return ChannelMember.objects.get(channel=room.channel_id, player=player)
    if not RoomInvitation.objects.usable(now).filter(pk=link.pk).update(uses=F("uses") + 1):
        raise InvitationGone("This invitation doesn't hold any more. Ask for a new one.")
    return let_in(room=room, player=player, found=found)


@transaction.atomic
def decline_invitation(*, invitation: RoomInvitation, player: Player, now: datetime) -> bool:
    """Nobody is told. A place that was held goes to the next."""
    # First the room, as in entering: in the other order the two could wait for each other.
    room = locked_room(invitation.room)
    mine = RoomInvitation.objects.filter(pk=invitation.pk, player=player, status=RoomInvitation.Status.OPEN)
    if not mine.update(status=RoomInvitation.Status.DECLINED, answered_at=now):
        return False
    offer_places(room=room, now=now)
    return True


@transaction.atomic
def revoke_invitation(*, invitation: RoomInvitation, by: Player, now: datetime) -> bool:
    """By those who manage the room, or by whoever sent it; False when it was over."""
    room = locked_room(invitation.room)
    if invitation.invited_by_id != by.pk and not may_manage_room(by, room):
        raise InvitationRefused("Only those who manage the room take invitations back.")
    rows = RoomInvitation.objects.filter(pk=invitation.pk, status=RoomInvitation.Status.OPEN)
    if not rows.update(status=RoomInvitation.Status.REVOKED, answered_at=now):
        return False
    offer_places(room=room, now=now)
    return True


def _refuse_closed(room: Room) -> None:
    if room.closed_at is not None:
        raise InvitationRefused(f"{room.name} is closed. Open it again first.")


def _store(room: Room, by: Player, player: Player, now: datetime, note: str, *, may_take_over: bool) -> bool:
    """False when the same person has invited before: then it holds longer, and nobody is told again.

    Under the room's lock, so of two who invite at once the second finds what the first has made.
    """
    fields = {"invited_by": by, "note": note, "expires_at": now + NAMED_FOR}
    known = RoomInvitation.objects.filter(room=room, player=player, status=RoomInvitation.Status.OPEN).first()
    if known is None:
        RoomInvitation.objects.create(room=room, player=player, **fields)
        return True
    is_own = known.invited_by_id == by.pk
    # From somebody whom a block hides it would vanish, and with it what another has sent.
    if not is_own and not may_take_over:
        return False
    # A held place stays what it is; an invitation that is over begins anew.
    if RoomInvitation.objects.holding_places(now).filter(pk=known.pk).exists():
        return False
    RoomInvitation.objects.filter(pk=known.pk).update(**fields, max_uses=None, uses=0)
    return not is_own


def _tell_invited(room: Room, by: Player, player: Player, now: datetime) -> None:
    tell(
        player,
        room=room,
        title=f"{by.name} invites you to {room.name}",
        url=reverse("rooms:my-invitations"),
        label="Answer",
        key=f"room.invited.{by.uuid}",
        about=by,
        now=now,
    )
