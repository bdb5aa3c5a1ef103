import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from players.choices import Provider, RoleName
from players.models import (
    DemoSession,
    Player,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
    Role,
)
from players.signals import access_changed

ADJECTIVES = (
    "amber", "bold", "bright", "calm", "clever", "curious", "eager", "gentle", "keen", "lucky", "mellow",
    "nimble", "patient", "quiet", "quick", "silver", "steady", "sunny", "swift", "witty",
)
NOUNS = (
    "badger", "comet", "crane", "ember", "falcon", "fox", "heron", "ibex", "lantern", "lynx", "maple",
    "meteor", "otter", "owl", "panda", "quill", "raven", "spark", "sparrow", "willow",
)


class LastSystemAdmin(DomainError):
    pass


@transaction.atomic
def register(*, player: Player, role: str = RoleName.PADAWAN, display_name: str = "") -> Player:
    """Save a new player together with the four segment rows and the role."""
    if not player.password:
        player.set_unusable_password()
    player.primary_role = Role.objects.select_related("group").get(name=role)
    player.save()
    PlayerProfile.objects.create(player=player, display_name=display_name)
    PlayerPreferences.objects.create(player=player)
    PlayerGameData.objects.create(player=player)
    PlayerPersonalInfo.objects.create(player=player)
    player.groups.add(player.primary_role.group)
    return player


def free_username() -> str:
    """A friendly name that nobody has, such as curious-otter-482."""
    while True:
        name = f"{secrets.choice(ADJECTIVES)}-{secrets.choice(NOUNS)}-{secrets.randbelow(9000) + 100}"
        if not Player.objects.filter(username=name).exists():
            return name


@transaction.atomic
def enter_as_guest(*, now: datetime) -> Player:
    """A new guest with a demo session that ends by itself."""
    username = free_username()
    guest = Player(username=username, is_guest=True, default_provider=Provider.DEMO)
    register(player=guest, role=RoleName.GUEST, display_name=username.rsplit("-", 1)[0].replace("-", " ").title())
    DemoSession.objects.create(
        player=guest, expires_at=now + timedelta(hours=settings.DEMO_SESSION_HOURS)
    )
    return guest


def remove_expired_guests(*, now: datetime) -> int:
    """Delete the guests whose demo has ended, with all they wrote; how many went."""
    expired = Player.objects.guests().filter(demo_session__expires_at__lt=now)
    count = expired.count()
    for guest in expired.order_by("pk"):
        guest.delete()
    return count


@transaction.atomic
def create_admin(*, username: str, email: str, password: str) -> Player:
    """An administrator: system admin and game master, with every right in the console."""
    player = Player(username=username, email=email, is_staff=True, is_superuser=True)
    player.set_password(password)
    register(player=player, role=RoleName.SYSTEM_ADMIN)
    player.groups.add(*Group.objects.filter(role__name__in=[RoleName.GAME_MASTER, RoleName.PADAWAN]))
    return player


@transaction.atomic
def change_role(*, player: Player, role: str) -> None:
    """Make the role the player's primary one, in place of the former; open pages and sockets notice."""
    new = Role.objects.select_related("group").get(name=role)
    if _is_last_system_admin(player) and new.name != RoleName.SYSTEM_ADMIN:
        raise LastSystemAdmin("The last system admin can't be given another role.")
    if player.primary_role_id:
        player.groups.remove(player.primary_role.group)
    player.groups.add(new.group)
    player.primary_role = new
    player.is_staff = new.level >= 2 or player.is_superuser
    player.save(update_fields=["primary_role", "is_staff", "updated_at"])
    _cut_access(player)


@transaction.atomic
def deactivate(*, player: Player) -> None:
    """Shut the player out at once: no sign-in, no open socket."""
    if _is_last_system_admin(player):
        raise LastSystemAdmin("The last system admin can't be deactivated.")
    Player.objects.filter(pk=player.pk).update(is_active=False)
    _cut_access(player)


@transaction.atomic
def reactivate(*, player: Player) -> None:
    Player.objects.filter(pk=player.pk).update(is_active=True)
    _cut_access(player)


def _cut_access(player: Player) -> None:
    Player.objects.filter(pk=player.pk).update(auth_epoch=F("auth_epoch") + 1)
    announce(access_changed, sender=Player, player_id=player.pk)


def _is_last_system_admin(player: Player) -> bool:
    admins = Player.objects.active().filter(groups__role__name=RoleName.SYSTEM_ADMIN)
    return admins.filter(pk=player.pk).exists() and not admins.exclude(pk=player.pk).exists()
