from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from npcs.admin.access import ByNpcPermissions
from npcs.models import Interaction
from npcs.permissions import may_read_talks


@admin.register(Interaction)
class InteractionAdmin(ByNpcPermissions, admin.ModelAdmin):
    """What was answered by which engine, how fast and at what price; nothing here can be changed."""

    list_display = (
        "created_at", "npc", "engine", "outcome", "response_time_ms", "tokens_in", "tokens_out",
        "satisfaction_rating",
    )  # fmt: skip
    list_filter = ("outcome", "npc", "engine", "created_at")
    list_select_related = ("npc",)
    ordering = ("-created_at", "-pk")
    figures = (
        "npc", "engine", "outcome", "response_time_ms", "tokens_in", "tokens_out", "tokens_estimated",
        "cost_estimate", "satisfaction_rating", "error_info", "created_at",
    )  # fmt: skip
    words = ("player", "message", "response", "interaction_context")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (*self.figures, *self.words) if may_read_talks(request.user) else self.figures

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
