from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from padawanforge.kit.errors import DomainError
from players.actions.access import change_superuser, deactivate, reactivate
from players.actions.audit import record
from players.actions.minors import apply_minor_defaults
from players.actions.roles import change_role
from players.admin.access import ChangedByRoleGivers, ForRoleGivers, SeenByStaff
from players.admin.paging import CappedPaginator
from players.admin.player_roles import player_roles
from players.admin.security import SecurityActions
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
from players.queries.directory import named
from players.queries.roles import further_of, names_of


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
            request,
            chosen,
            verb=lambda player: change_role(player=player, role=role, by=request.user, reason="in the list"),
            done=role.label,
        )

    give.__name__ = f"give_role_{role.value}"
    return give


class PrimaryRole(admin.SimpleListFilter):
    """By the documented names, so that nothing is asked of the database to offer them."""

    title = "primary role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return list(RoleName.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(primary_role__name=self.value()) if self.value() else queryset


@admin.register(Player)
class PlayerAdmin(SecurityActions, ChangedByRoleGivers, admin.ModelAdmin):
    list_display = (
        "username",
        "primary_role",
        "is_active",
        "is_staff",
        "is_guest",
        "level",
        "last_login",
    )
    list_filter = (PrimaryRole, "is_active", "is_staff", "is_guest", "default_provider")
    list_select_related = ("primary_role", "game_data")
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    search_fields = ("username",)
    search_help_text = "The beginning of a username or display name, or a whole e-mail address."
    ordering = ("username",)
    inlines = (ProfileInline, PreferencesInline, GameDataInline, PersonalInfoInline)
    actions = (
        "deactivate_players",
        "reactivate_players",
        "sign_out_players",
        "reset_factors_of_players",
        *(giving(role) for role in RoleName if role != RoleName.GUEST),
    )

    def get_urls(self) -> list[URLPattern]:
        roles = path("<int:pk>/roles/", self.admin_site.admin_view(self.roles_view), name="player_roles")
        return [roles, *super().get_urls()]

    def roles_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return player_roles(self, request, get_object_or_404(Player, pk=pk))

    def get_fields(self, request: HttpRequest, obj: Player | None = None) -> list[str]:
        # An address is for those who answer for accounts, not for everybody who looks at the list.
        private = ["email", "default_provider"] if may_give_roles(request.user) else []
        change = ["further_roles", "change_roles"] if may_give_roles(request.user) else ["further_roles"]
        rights = ["primary_role", *change, "is_active", "is_staff", "is_superuser", "is_guest"]
        return ["username", *private, *rights, "uuid", "last_login", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Player | None = None) -> list[str]:
        writable = {"username", "is_superuser"} if request.user.is_superuser else {"username"}
        return [name for name in self.get_fields(request, obj) if name not in writable]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By the beginning, from the indexes; by address only for those who answer for accounts."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = named(term)
        if may_give_roles(request.user) and "@" in term:
            in_small = Player.objects.annotate(address=Lower("email"))
            found = found.union(in_small.filter(address=term.lower()).values("pk"))
        return queryset.filter(pk__in=found), False

    def save_model(self, request: HttpRequest, obj: Player, form: ModelForm, change: bool) -> None:
        obj.save(update_fields=["username", "updated_at"])
        if "is_superuser" in form.changed_data:
            change_superuser(player=obj, is_superuser=obj.is_superuser, by=request.user)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Here alone a birth date is corrected; what follows from it holds at once.
        apply_minor_defaults(form.instance)
        changed = [
            f"{part._meta.model.__name__}.{name}"
            for part in _forms(form, formsets)
            for name in part.changed_data
        ]
        if changed:
            # What was changed and not into what: the log must not keep what an erasure takes away.
            record(actor=request.user, verb="player.edited", subject=form.instance, after={"fields": changed})

    @admin.display(ordering="game_data__level")
    def level(self, player: Player) -> int:
        return player.game_data.level

    @admin.display(description="further roles")
    def further_roles(self, player: Player) -> str:
        return names_of(further_of(player)) or "none"

    @admin.display(description="")
    def change_roles(self, player: Player) -> str:
        return format_html(
            '<a href="{}">Change the roles</a>', reverse("admin:player_roles", args=[player.pk])
        )

    @admin.action(description="Deactivate: no sign-in, no open page", permissions=["change"])
    def deactivate_players(self, request: HttpRequest, chosen: PlayerQuerySet) -> None:
        self.apply(
            request,
            chosen,
            verb=lambda player: deactivate(player=player, by=request.user),
            done="deactivated",
        )

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate_players(self, request: HttpRequest, chosen: PlayerQuerySet) -> None:
        self.apply(
            request,
            chosen,
            verb=lambda player: reactivate(player=player, by=request.user),
            done="reactivated",
        )

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


def _forms(form: ModelForm, formsets: list) -> list[ModelForm]:
    """Those that were changed; rows that may only be looked at never are."""
    rows = [form, *(row for formset in formsets for row in formset.forms)]
    return [row for row in rows if row.has_changed()]
