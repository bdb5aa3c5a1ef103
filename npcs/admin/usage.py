"""What is spent, and how much may be."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from npcs.actions.providers import save_control
from npcs.admin.access import ByConfigurationPermission
from npcs.models import AiCall, AiControl, Budget, UsageDay
from padawanforge.kit.console import Untouched


class OnlyRead(Untouched, ByConfigurationPermission):
    """Written by the program; nobody changes it."""


@admin.register(AiControl)
class AiControlAdmin(ByConfigurationPermission, admin.ModelAdmin):
    """One row, so its list leads straight to it."""

    fieldsets = (
        ("Emergency", {"fields": ("is_stopped", "stop_reason")}),
        ("Money", {"fields": ("money_per_day", "currency", "alarm_percent")}),
        (
            "Tokens a day (UTC)",
            {"fields": ("tokens_per_player", "tokens_per_staff", "tokens_per_place", "tokens_per_npc")},
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        AiControl.objects.get_or_create(pk=AiControl.ID)
        return HttpResponseRedirect(reverse("admin:npcs_aicontrol_change", args=[AiControl.ID]))

    def save_model(self, request: HttpRequest, obj: AiControl, form: forms.ModelForm, change: bool) -> None:
        save_control(control=obj, by=request.user)


@admin.register(Budget)
class BudgetAdmin(ByConfigurationPermission, admin.ModelAdmin):
    """Other figures than the usual ones, for a role, a player, a character or a place."""

    list_display = ("pk", "role", "player", "npc", "place", "tokens_per_day", "note")
    list_filter = ("role",)
    list_select_related = ("player", "npc")
    search_fields = ("player__username", "npc__name")
    raw_id_fields = ("player", "npc")
    ordering = ("role", "pk")


@admin.register(UsageDay)
class UsageDayAdmin(OnlyRead, admin.ModelAdmin):
    list_display = ("day", "scope", "key", "tokens", "cost", "calls")
    list_filter = ("scope",)
    search_fields = ("key",)
    ordering = ("-day", "scope", "-tokens")
    show_full_result_count = False


@admin.register(AiCall)
class AiCallAdmin(OnlyRead, admin.ModelAdmin):
    """Every request to a provider, with its bill and without its text."""

    list_display = (
        "created_at", "purpose", "npc", "provider", "ai_model", "state", "attempts", "tokens_in",
        "tokens_cached", "tokens_out", "cost", "latency_ms", "first_token_ms", "error",
    )  # fmt: skip
    list_filter = ("purpose", "state", "provider", "is_own_key")
    list_select_related = ("npc", "provider")
    ordering = ("-created_at", "-pk")
    exclude = ("player",)
    show_full_result_count = False
