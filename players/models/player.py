from functools import lru_cache
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Lower, Replace
from django.urls import get_script_prefix, reverse

from players.choices import Provider
from players.models.role import Role
from players.rules.names import LOOK_ALIKES

AVATAR_COLOURS = 8


def look_of(column: str) -> Func:
    """`players.rules.names.look_of`, said by the database; a test holds the two together."""
    look: Func = Lower(column)
    for written, seen in LOOK_ALIKES:
        look = Replace(look, Value(written), Value(seen))
    return look


@lru_cache(maxsize=10_000)
def _page_of(username: str, prefix: str) -> str:
    """Told with everything that anybody says. Below `prefix` the site is mounted."""
    return reverse("players:detail", args=[username])


class PlayerQuerySet(models.QuerySet):
    def active(self) -> "PlayerQuerySet":
        return self.filter(is_active=True)

    def present(self) -> "PlayerQuerySet":
        """Those whom others may meet: active, and not waiting for their deletion."""
        return self.active().filter(leaves_at=None)

    def guests(self) -> "PlayerQuerySet":
        return self.filter(is_guest=True)


class PlayerManager(BaseUserManager.from_queryset(PlayerQuerySet)):  # type: ignore[misc]
    """Players are made by `players.actions.register`, together with their segment rows."""


class Player(AbstractBaseUser, PermissionsMixin):
    """Who somebody is to the system; what is shown of him lives in the segments beside it."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    username = models.CharField(
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\Z",
                "Use small letters, digits, - and _ only, beginning and ending with a letter or digit.",
            )
        ],
    )
    username_changed_at = models.DateTimeField(null=True, editable=False)
    # What the username looks like in passing; nobody gets a name that looks like another's.
    username_look = models.GeneratedField(
        expression=look_of("username"), output_field=models.CharField(max_length=30), db_persist=True
    )
    # NULL, not "": several guests have no address, and addresses are unique.
    email = models.EmailField(null=True, blank=True)  # noqa: DJ001
    default_provider = models.CharField(max_length=10, choices=Provider, default=Provider.PASSWORD)
    primary_role = models.ForeignKey(Role, null=True, on_delete=models.PROTECT, related_name="players")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may enter the console", default=False)
    is_guest = models.BooleanField(default=False, editable=False)
    # Set when the account was deleted and only a name for what he wrote is left.
    is_former = models.BooleanField(default=False, editable=False)
    # Set while the account waits for its deletion: nobody sees it, and only the way back is open.
    leaves_at = models.DateTimeField(null=True, editable=False)
    # Raised when rights or sign-in change; open sockets compare it and are cut off.
    auth_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PlayerManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="players_player_created"),
            models.Index(fields=["last_login"], name="players_player_last_login"),
            models.Index(fields=["username_look"], name="players_player_look"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="players_username_unique",
                violation_error_message="A player with this username already exists.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="players_email_unique",
                violation_error_message="A player with this e-mail address already exists.",
            ),
            models.CheckConstraint(
                name="players_only_guests_and_former_lack_email",
                condition=models.Q(is_guest=True) | models.Q(is_former=True) | models.Q(email__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def get_absolute_url(self) -> str:
        """Empty for a former player: what he wrote leads nowhere."""
        return "" if self.is_former else _page_of(self.username, get_script_prefix())

    @property
    def name(self) -> str:
        """What others read; the caller has selected the profile."""
        return self.profile.display_name or self.username

    @property
    def avatar_url(self) -> str:
        """What everybody may see, as in a room; the picture of a closed profile is nobody's there."""
        return self.own_avatar_url if self.profile.profile_visibility == "public" else ""

    @property
    def own_avatar_url(self) -> str:
        return self.profile.avatar or self.profile.picture

    @property
    def avatar_colour(self) -> int:
        return self.pk % AVATAR_COLOURS
