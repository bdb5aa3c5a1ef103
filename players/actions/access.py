"""Who may still come in, and how open pages and sockets hear of it."""

from collections.abc import Collection

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.actions.audit import record
from players.choices import RoleName
from players.models import Player, Role
from players.models.player import PlayerQuerySet
from players.queries.roles import acting_system_admins, level_of
from players.signals import access_changed, rights_lost


class LastSystemAdmin(DomainError):
    pass


class AccountIsGone(DomainError):
    code = "gone"


class AboveYou(DomainError):
    code = "forbidden"


@transaction.atomic
def deactivate(*, player: Player, by: Player | None = None, reason: str = "") -> None:
    """Shut the player out at once: no sign-in, no open socket."""
    refuse_last_system_admin(player, "The last system admin can't be deactivated.")
    _switch(player, is_active=False)
    record(actor=by, verb="player.deactivated", subject=player, reason=reason)


@transaction.atomic
def reactivate(*, player: Player, by: Player | None = None, reason: str = "") -> None:
    if Player.objects.filter(pk=player.pk, is_former=True).exists():
        raise AccountIsGone("This account was deleted and can't come back.")
    _switch(player, is_active=True)
    record(actor=by, verb="player.reactivated", subject=player, reason=reason)


@transaction.atomic
def change_superuser(
    *, player: Player, is_superuser: bool, by: Player | None = None, reason: str = ""
) -> None:
    """Give or take every right in the console, which no role holds by itself."""
    had_all = Player.objects.filter(pk=player.pk, is_superuser=True).exists()
    Player.objects.filter(pk=player.pk).update(is_superuser=is_superuser)
    cut_access(player)
    if had_all and not is_superuser:
        tell_lost([player.pk], every_right())
    verb = "player.superuser_given" if is_superuser else "player.superuser_taken"
    record(actor=by, verb=verb, subject=player, reason=reason)


@transaction.atomic
def shut_out_guest(player: Player) -> None:
    """The demo is over: no page and no socket goes on. Nothing that anybody has to answer for."""
    Player.objects.guests().filter(pk=player.pk).update(is_active=False)
    cut_access(player)


def cut_access(player: Player) -> None:
    """Make everything that remembers the player's rights look again."""
    Player.objects.filter(pk=player.pk).update(auth_epoch=F("auth_epoch") + 1)
    announce(access_changed, sender=Player, player_id=player.pk)


def cut_access_of(players: PlayerQuerySet) -> None:
    """The same for many: one update, however many there are."""
    ids = list(players.values_list("pk", flat=True))
    Player.objects.filter(pk__in=players.order_by().values("pk")).update(auth_epoch=F("auth_epoch") + 1)
    for player_id in ids:
        announce(access_changed, sender=Player, player_id=player_id)


def tell_lost(players: Collection[int], permissions: Collection[str]) -> None:
    """Say what no longer opens what to whom; the apps above ask what is left to him."""
    for player_id in players if permissions else ():
        announce(rights_lost, sender=Player, player_id=player_id, permissions=sorted(permissions))


def every_right() -> set[str]:
    """What superusers have without any role."""
    rights = Permission.objects.filter(content_type__app_label="players")
    return set(rights.values_list("codename", flat=True))


def refuse_last_system_admin(player: Player, refusal: str) -> None:
    """Call it in the transaction of whatever keeps the player from acting: somebody must be able to."""
    # The lock on the role lets two admins who dismiss each other in the same moment come one after the other.
    Role.objects.select_for_update().get(name=RoleName.SYSTEM_ADMIN)
    admins = acting_system_admins()
    if admins.filter(pk=player.pk).exists() and not admins.exclude(pk=player.pk).exists():
        raise LastSystemAdmin(refusal)


def refuse_above(player: Player, by: Player) -> None:
    """Nobody shuts out somebody whose role is above his own."""
    if level_of(player) > level_of(by):
        raise AboveYou("The role of this player is above your own.")


def end_sessions(player: Player, *, but: str = "") -> int:
    """Delete the sessions themselves, so that they don't come to life again when a ban is over."""
    sessions = list(UserSession.objects.filter(user=player).exclude(session_key=but))
    for session in sessions:
        session.end()
    return len(sessions)


def _switch(player: Player, *, is_active: bool) -> None:
    Player.objects.filter(pk=player.pk).update(is_active=is_active)
    if not is_active:
        end_sessions(player)
    cut_access(player)
