from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest

from padawanforge.kit.errors import DomainError
from players.actions.access import change_superuser, deactivate, reactivate
from players.actions.roles import change_role
from players.admin.access import ChangedByRoleGivers, ForRoleGivers, SeenByStaff
from players.choices import RoleName
from players.models import (
    Player,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
)
from players.models.player import PlayerQuerySet
from players.permissions import may_give_roles


class ProfileInline(ChangedByRoleGivers, admin.StackedInline):
    model = PlayerProfile
    can_delete = False


class PreferencesInline(ChangedByRoleGivers, admin.StackedInline):
    model = PlayerPreferences
    can_delete = False


class GameDataInline(SeenByStaff, admin.StackedInline):
    model = PlayerGameData
    can_delete = False


class PersonalInfoInline(ForRoleGivers, admin.StackedInline):
    model = PlayerPersonalInfo
    can_delete = False


def giving(role: RoleName) -> Callable:
    """The action of the list that gives this role to the selected players."""

    @admin.action(description=f"Give the role {role.label}", permissions=["change"])
    def give(console: "PlayerAdmin", request: HttpRequest, chosen: PlayerQuerySet) -> None:
        console.apply(
            request, chosen, verb=lambda player: change_role(player=player, role=role), done=role.label
        )

    give.__name__ = f"give_role_{role.value}"
    return give


@admin.register(Player)
class PlayerAdmin(ChangedByRoleGivers, admin.ModelAdmin):
    list_display = (
        "username",
        "primary_role",
        "is_active",
        "is_staff",
        "is_guest",
        "level",
        "last_login",
    )
    list_filter = ("primary_role", "is_active", "is_staff", "is_guest", "default_provider")
    list_select_related = ("primary_role", "game_data")
    search_fields = ("username", "email", "profile__display_name")
    ordering = ("username",)
    inlines = (ProfileInline, PreferencesInline, GameDataInline, PersonalInfoInline)
    actions = (
        "deactivate_players",
        "reactivate_players",
        *(giving(role) for role in RoleName if role != RoleName.GUEST),
    )

    def get_fields(self, request: HttpRequest, obj: Player | None = None) -> list[str]:
        # An address is for those who answer for accounts, not for everybody who looks at the list.
        private = ["email", "default_provider"] if may_give_roles(request.user) else []
        rights = ["primary_role", "is_active", "is_staff", "is_superuser", "is_guest"]
        return ["username", *private, *rights, "uuid", "last_login", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Player | None = None) -> list[str]:
        writable = {"username", "is_superuser"} if request.user.is_superuser else {"username"}
        return [name for name in self.get_fields(request, obj) if name not in writable]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        hidden = set() if may_give_roles(request.user) else {"email"}
        return [name for name in self.search_fields if name not in hidden]

    def save_model(self, request: HttpRequest, obj: Player, form: ModelForm, change: bool) -> None:
        obj.save(update_fields=["username", "updated_at"])
        if "is_superuser" in form.changed_data:
            change_superuser(player=obj, is_superuser=obj.is_superuser)

    @admin.display(ordering="game_data__level")
    def level(self, player: Player) -> int:
        return player.game_data.level

    @admin.action(description="Deactivate: no sign-in, no open page", permissions=["change"])
    def deactivate_players(self, request: HttpRequest, chosen: PlayerQuerySet) -> None:
        self.apply(request, chosen, verb=lambda player: deactivate(player=player), done="deactivated")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate_players(self, request: HttpRequest, chosen: PlayerQuerySet) -> None:
        self.apply(request, chosen, verb=lambda player: reactivate(player=player), done="reactivated")

    def apply(
        self, request: HttpRequest, chosen: Iterable[Player], *, verb: Callable[[Player], None], done: str
    ) -> None:
        """Do it to each player, tell which ones it was refused for, and note it in the history."""
        count = 0
        for player in chosen:
            try:
                verb(player)
            except DomainError as error:
                self.message_user(request, f"{player}: {error}", messages.ERROR)
            else:
                self.log_change(request, player, f"{done[:1].upper()}{done[1:]}.")
                count += 1
        self.message_user(request, f"{done[:1].upper()}{done[1:]}: {count}.", messages.SUCCESS)
