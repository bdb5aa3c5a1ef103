"""Keeping somebody out of the whole installation, for a while or for good."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from padawanforge.kit.errors import DomainError
from players.actions.access import cut_access, end_sessions, refuse_above, refuse_last_system_admin
from players.actions.audit import record
from players.models import Player, SiteBan


class BanRefused(DomainError):
    pass


@transaction.atomic
def ban(
    *, player: Player, by: Player, reason: str, ends_at: datetime | None = None, note: str = ""
) -> SiteBan:
    """Shut the player out at once: sessions end, sockets close, and the sign-in page says why."""
    now = timezone.now()
    refuse_ban(player, by=by, ends_at=ends_at, now=now)
    entry = SiteBan.objects.create(
        player=player, reason=reason, note=note, issued_by=by, starts_at=now, ends_at=ends_at
    )
    end_sessions(player)
    cut_access(player)
    record(actor=by, verb="player.banned", subject=player, after={"ends_at": ends_at}, reason=reason)
    return entry


@transaction.atomic
def lift_ban(*, ban: SiteBan, by: Player) -> bool:
    """End a ban before its time; False when it was over already."""
    now = timezone.now()
    lifted = SiteBan.objects.in_force(now).filter(pk=ban.pk).update(revoked_at=now, revoked_by=by)
    if lifted:
        cut_access(ban.player)
        record(actor=by, verb="player.ban_lifted", subject=ban.player)
    return bool(lifted)


def refuse_ban(player: Player, *, by: Player, ends_at: datetime | None, now: datetime) -> None:
    """Call it in the transaction of the ban, and before, to say it in a form."""
    if player.pk == by.pk:
        raise BanRefused("You can't ban yourself.")
    if player.is_former:
        raise BanRefused("This account was deleted; there is nobody to ban.")
    if ends_at is not None and ends_at <= now:
        raise BanRefused("The end must be in the future.")
    refuse_above(player, by)
    refuse_last_system_admin(player, "The last system admin can't be banned.")
