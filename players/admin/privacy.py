"""Consents, guardians, exports and deletions: to look at, for those who answer for accounts."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from players.admin.access import ForRoleGivers
from players.models import AccountDeletion, ConsentEntry, DataExport, Guardianship


class Looked(ForRoleGivers, admin.ModelAdmin):
    list_select_related = ("player",)
    search_fields = ("=player__username",)
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ConsentEntry)
class ConsentEntryAdmin(Looked):
    list_display = ("player", "kind", "is_given", "text_version", "by_guardian", "created_at")
    list_filter = ("kind", "is_given", "text_version", "by_guardian")
    ordering = ("-pk",)


@admin.register(Guardianship)
class GuardianshipAdmin(Looked):
    fields = list_display = ("player", "guardian_email", "asked_at", "confirmed_at", "withdrawn_at")
    ordering = ("-asked_at",)


@admin.register(DataExport)
class DataExportAdmin(Looked):
    """Without the file: it is for the player alone."""

    fields = list_display = ("player", "state", "areas_done", "areas_total", "created_at", "expires_at")
    list_filter = ("state",)
    ordering = ("-pk",)


@admin.register(AccountDeletion)
class AccountDeletionAdmin(Looked):
    list_display = ("player", "player_uuid", "state", "due_at", "cancelled_at", "completed_at")
    list_filter = ("state",)
    search_fields = ("=player__username", "=player_uuid")
    ordering = ("-due_at",)
