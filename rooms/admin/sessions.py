from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from learning.admin import GamesAdmin
from padawanforge.kit.console import Untouched
from rooms.actions.session_lead import cancel_session
from rooms.admin.session_figures import FiguresPage
from rooms.models import GameSession, Reply


class ReadOnly(Untouched, GamesAdmin):
    """Rows that only the game itself writes."""


@admin.register(GameSession)
class GameSessionAdmin(FiguresPage, ReadOnly):
    list_display = (
        "room",
        "topic",
        "session_type",
        "mode",
        "phase",
        "round_number",
        "rounds_planned",
        "players",
        "started_at",
        "ended_at",
    )
    list_filter = ("session_type", "phase", "topic", "mode")
    list_select_related = ("room", "topic")
    search_fields = ("room__name", "uuid")
    ordering = ("-created_at",)
    actions = ("cancel_sessions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GameSession]:
        return super().get_queryset(request).annotate(total=Count("participants"))

    @admin.display(ordering="total")
    def players(self, session: GameSession) -> int:
        return session.total

    @admin.action(description="Cancel the selected sessions", permissions=["view"])
    def cancel_sessions(self, request: HttpRequest, queryset: QuerySet[GameSession]) -> None:
        now = timezone.now()
        sessions = queryset.select_related("room__channel")
        cancelled = sum(cancel_session(session=session, player=request.user, now=now) for session in sessions)
        self.message_user(request, f"{cancelled} sessions cancelled.", messages.SUCCESS)


@admin.register(Reply)
class ReplyAdmin(ReadOnly):
    list_display = ("created_at", "npc", "state", "attempts", "last_error")
    list_filter = ("state", "npc")
    list_select_related = ("npc",)
    ordering = ("-created_at",)
    show_full_result_count = False
