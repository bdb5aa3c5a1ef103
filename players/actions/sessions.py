"""The browsers in which a player is signed in: noted when they come, and ended."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from padawanforge.kit.events import announce
from players.actions.access import cut_access, end_sessions, refuse_above
from players.actions.audit import record
from players.models import Player
from players.signals import access_changed


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session is: its key, the address and what the browser calls itself."""

    session_key: str
    address: str
    agent: str


def note_session(*, player: Player, browser: Browser, now: datetime) -> datetime:
    """Remember that the session was used; the answer is since when it exists."""
    seen = {
        "user": player,
        "ip": browser.address,
        "user_agent": browser.agent[: UserSession._meta.get_field("user_agent").max_length],
        "last_seen_at": now,
    }
    row, is_new = UserSession.objects.get_or_create(
        session_key=browser.session_key, defaults={**seen, "created_at": now}
    )
    if not is_new:
        UserSession.objects.filter(pk=row.pk).update(**seen)
    return row.created_at


@transaction.atomic
def end_session(*, session: UserSession) -> None:
    """Sign out one browser; its sockets close."""
    session.end()
    look_again(session.user_id)


@transaction.atomic
def end_other_sessions(*, player: Player, session_key: str) -> int:
    """Sign out everywhere but here."""
    ended = end_sessions(player, but=session_key)
    look_again(player.pk)
    return ended


@transaction.atomic
def sign_out_everywhere(*, player: Player, by: Player) -> int:
    """For staff, when somebody else may have got in."""
    refuse_above(player, by)
    ended = end_sessions(player)
    cut_access(player)
    record(actor=by, verb="sessions.ended", subject=player, after={"sessions": ended})
    return ended


@transaction.atomic
def reset_second_factors(*, player: Player, by: Player) -> int:
    """For somebody who lost phone and codes: from now on the first factor is enough, and all sign in anew."""
    refuse_above(player, by)
    removed, _ = Authenticator.objects.filter(user=player).delete()
    end_sessions(player)
    cut_access(player)
    record(actor=by, verb="second_factors.reset", subject=player, before={"factors": removed})
    return removed


def forget_ended_sessions(*, now: datetime) -> int:
    """Delete sessions whose time is over, and what was noted about browsers that are signed out."""
    Session.objects.filter(expire_date__lte=now).delete()
    known = Session.objects.filter(session_key=OuterRef("session_key"))
    ended, _ = UserSession.objects.filter(~Exists(known)).delete()
    return ended


def look_again(player_id: int) -> None:
    """A session has ended: of the player's sockets, those that hung on it close."""
    announce(access_changed, sender=Player, player_id=player_id)
