import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.actions.roles import groups_of
from players.choices import STAFF_ROLES, RoleName
from players.models import (
    Player,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
    Role,
)

ADJECTIVES = """
    amber bold bright calm clever curious eager gentle keen lucky mellow nimble patient quiet quick silver
    steady sunny swift witty
"""
NOUNS = """
    badger comet crane ember falcon fox heron ibex lantern lynx maple meteor otter owl panda quill raven
    spark sparrow willow
"""


class AccountRefused(DomainError):
    pass


@transaction.atomic
def register(*, player: Player, role: str = RoleName.PADAWAN, display_name: str = "") -> Player:
    """Save a new player together with the four segment rows and the role."""
    if not player.password:
        player.set_unusable_password()
    player.primary_role = Role.objects.get(name=role)
    player.is_staff = player.is_staff or role in STAFF_ROLES
    player.save()
    PlayerProfile.objects.create(player=player, display_name=display_name)
    PlayerPreferences.objects.create(player=player)
    PlayerGameData.objects.create(player=player)
    PlayerPersonalInfo.objects.create(player=player)
    player.groups.add(*groups_of(player.primary_role))
    return player


def free_username() -> str:
    """A friendly name that nobody has, such as curious-otter-482."""
    while True:
        words = secrets.choice(ADJECTIVES.split()), secrets.choice(NOUNS.split())
        name = f"{'-'.join(words)}-{secrets.randbelow(9000) + 100}"
        if not Player.objects.filter(username=name).exists():
            return name


@transaction.atomic
def create_player(
    *, username: str, email: str, password: str, role: str = RoleName.PADAWAN, is_superuser: bool = False
) -> Player:
    """A player whom somebody makes at the machine instead of one who signs up."""
    player = Player(username=username.lower(), email=email.lower(), is_superuser=is_superuser)
    player.set_password(password)
    try:
        player.full_clean(exclude={"primary_role"})
        validate_password(password, player)
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from error
    register(player=player, role=role)
    facts = {"role": role, "superuser": is_superuser}
    record(actor=None, verb="player.created", subject=player, after=facts)
    return player


def create_admin(*, username: str, email: str, password: str) -> Player:
    """An administrator: system admin and game master, with every right in the console."""
    return create_player(
        username=username, email=email, password=password, role=RoleName.SYSTEM_ADMIN, is_superuser=True
    )
