"""Who may still come in, and how open pages and sockets hear of it."""

from django.db import transaction
from django.db.models import F

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.choices import RoleName
from players.models import Player, Role
from players.signals import access_changed


class LastSystemAdmin(DomainError):
    pass


@transaction.atomic
def deactivate(*, player: Player) -> None:
    """Shut the player out at once: no sign-in, no open socket."""
    refuse_last_system_admin(player, "The last system admin can't be deactivated.")
    Player.objects.filter(pk=player.pk).update(is_active=False)
    cut_access(player)


@transaction.atomic
def reactivate(*, player: Player) -> None:
    Player.objects.filter(pk=player.pk).update(is_active=True)
    cut_access(player)


@transaction.atomic
def change_superuser(*, player: Player, is_superuser: bool) -> None:
    """Give or take every right in the console, which no role holds by itself."""
    Player.objects.filter(pk=player.pk).update(is_superuser=is_superuser)
    cut_access(player)


def cut_access(player: Player) -> None:
    """Make everything that remembers the player's rights look again."""
    Player.objects.filter(pk=player.pk).update(auth_epoch=F("auth_epoch") + 1)
    announce(access_changed, sender=Player, player_id=player.pk)


def refuse_last_system_admin(player: Player, refusal: str) -> None:
    # The lock on the role lets two admins who dismiss each other in the same moment come one after the other.
    Role.objects.select_for_update().get(name=RoleName.SYSTEM_ADMIN)
    admins = Player.objects.active().filter(groups__role__name=RoleName.SYSTEM_ADMIN)
    if admins.filter(pk=player.pk).exists() and not admins.exclude(pk=player.pk).exists():
        raise LastSystemAdmin(refusal)
