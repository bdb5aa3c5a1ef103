from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from npcs.actions.manifests import manifest_for
from npcs.admin.access import ByNpcPermissions
from npcs.models import Interaction
from npcs.permissions import may_read_talks
from padawanforge.kit.console import Untouched


@admin.register(Interaction)
class InteractionAdmin(Untouched, ByNpcPermissions, admin.ModelAdmin):
    """What was answered by which engine, how fast and at what price; nothing here can be changed."""

    list_display = (
        "created_at", "npc", "engine", "outcome", "response_time_ms", "tokens_in", "tokens_out",
        "cost_estimate", "satisfaction_rating",
    )  # fmt: skip
    list_filter = ("outcome", "npc", "engine", "created_at")
    list_select_related = ("npc",)
    ordering = ("-created_at", "-pk")
    figures = (
        "npc", "revision", "engine", "provider", "ai_model", "outcome", "response_time_ms", "first_token_ms",
        "tokens_in", "tokens_out", "tokens_estimated", "cost_estimate", "satisfaction_rating", "error_info",
        "created_at", "bill",
    )  # fmt: skip
    words = ("player", "message", "response", "interaction_context")
    readonly_fields = ("bill",)
    change_form_template = "admin/npcs/interaction_change.html"

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (*self.figures, *self.words) if may_read_talks(request.user) else self.figures

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """With what the model was shown, as far as this viewer may see it."""
        row = self.get_object(request, object_id)
        parts = manifest_for(row, request.user) if row and self.has_view_permission(request, row) else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "parts": parts})

    @admin.display(description="calls of models")
    def bill(self, row: Interaction) -> str:
        return render_to_string("admin/npcs/_calls.html", {"calls": row.calls.order_by("pk")})
