from django.contrib import admin
from django.http import HttpRequest

from learning.admin.access import ReadOnlyGamesAdmin
from learning.models import Hint
from players.permissions import may


@admin.register(Hint)
class HintAdmin(ReadOnlyGamesAdmin):
    """What people asked for is for those who answer for the games, as their answers are."""

    list_display = ("created_at", "player", "npc", "statement_text", "level", "text")
    list_filter = ("level", ("npc", admin.EmptyFieldListFilter))
    list_select_related = ("player", "npc", "statement")
    search_fields = ("player__username", "statement__text", "npc__name")
    ordering = ("-created_at", "-pk")
    show_full_result_count = False

    @admin.display(description="statement")
    def statement_text(self, hint: Hint) -> str:
        return hint.statement.text

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")
