from django.contrib import admin
from django.http import HttpRequest

from learning.admin.access import GamesAdmin
from learning.models import AnswerEvent
from players.permissions import may


@admin.register(AnswerEvent)
class AnswerEventAdmin(GamesAdmin):
    """What people answered is for those who answer for the games; to author statements is not enough."""

    list_display = ("received_at", "player", "statement_text", "answer", "correct", "rapid", "rt_ms", "xp")
    list_filter = ("mode", "correct", "rapid")
    list_select_related = ("player", "statement")
    search_fields = ("player__username", "statement__text")
    ordering = ("-received_at",)
    show_full_result_count = False

    @admin.display(description="statement")
    def statement_text(self, event: AnswerEvent) -> str:
        return event.statement.text

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
