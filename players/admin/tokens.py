"""The tokens of programs: who has which, and an end to those that leaked. Nobody sees a token itself."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from players.actions.tokens import revoke_token
from players.admin.access import SeenByStaff
from players.models import ApiToken
from players.permissions import may


@admin.register(ApiToken)
class ApiTokenAdmin(SeenByStaff, admin.ModelAdmin):
    list_display = ("prefix", "player", "name", "created_at", "last_used_at", "expires_at", "is_working")
    list_filter = ("expires_at", "revoked_at")
    list_select_related = ("player",)
    search_fields = ("=player__username", "=prefix")
    ordering = ("-created_at", "-pk")
    exclude = ("token_hash",)
    actions = ("revoke",)

    def has_view_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return may(request.user, "admin.system")

    @admin.display(boolean=True)
    def is_working(self, token: ApiToken) -> bool:
        return token.revoked_at is None and token.expires_at > timezone.now()

    @admin.action(description="Revoke the chosen tokens")
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        ended = [revoke_token(token=token, by=request.user, now=timezone.now()) for token in tokens]
        self.message_user(request, f"{sum(ended)} tokens no longer work.")
