"""What was made, brought and said: pools, runs, reports, reviews and earlier wordings."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from learning.admin.access import ReadOnlyGamesAdmin
from learning.models import (
    GenerationRun,
    ImportRun,
    StatementPool,
    StatementReport,
    StatementReview,
    StatementVersion,
)
from learning.queries.performance import pool_performance


@admin.register(StatementPool)
class StatementPoolAdmin(ReadOnlyGamesAdmin):
    """The documented view statement_pool_performance, a row a pool."""

    list_display = (
        "npc", "topic", "difficulty", "quality_score", "is_validated", "size", "usage_count", "interactions", "accuracy",
        "response_time", "players", "first_used", "last_used", "age", "expires_at",
    )  # fmt: skip
    list_filter = ("is_validated", "difficulty", "topic")
    list_select_related = ("npc", "topic")
    search_fields = ("npc__name", "topic__name")
    ordering = ("-pk",)
    exclude = ("statements",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementPool]:
        return pool_performance(super().get_queryset(request))

    @admin.display(ordering="size", description="statements")
    def size(self, pool: StatementPool) -> int:
        return pool.size

    @admin.display(ordering="total_interactions", description="answers")
    def interactions(self, pool: StatementPool) -> int:
        return pool.total_interactions

    @admin.display(ordering="accuracy_rate", description="right")
    def accuracy(self, pool: StatementPool) -> str:
        return "" if pool.accuracy_rate is None else f"{pool.accuracy_rate:.0%}"

    @admin.display(ordering="avg_response_time_ms", description="seconds")
    def response_time(self, pool: StatementPool) -> str:
        seconds = pool.avg_response_time_ms
        return "" if seconds is None else f"{seconds / 1000:.1f}"

    @admin.display(ordering="unique_players")
    def players(self, pool: StatementPool) -> int:
        return pool.unique_players

    @admin.display(ordering="first_used")
    def first_used(self, pool: StatementPool) -> object:
        return pool.first_used

    @admin.display(ordering="last_used")
    def last_used(self, pool: StatementPool) -> object:
        return pool.last_used

    @admin.display(ordering="-generated_at", description="days old")
    def age(self, pool: StatementPool) -> int:
        return pool.age.days


@admin.register(StatementReport)
class StatementReportAdmin(ReadOnlyGamesAdmin):
    list_display = ("created_at", "statement_id", "reason", "state", "trust", "note")
    list_filter = ("state", "reason")
    raw_id_fields = ("statement", "player", "resolved_by")
    ordering = ("-pk",)


@admin.register(StatementReview)
class StatementReviewAdmin(ReadOnlyGamesAdmin):
    list_display = ("created_at", "statement_id", "version", "was", "became", "reviewer", "reason", "note")
    list_filter = ("became", "reason")
    list_select_related = ("reviewer",)
    ordering = ("-pk",)


@admin.register(StatementVersion)
class StatementVersionAdmin(ReadOnlyGamesAdmin):
    list_display = ("replaced_at", "statement_id", "version", "text", "answer")
    search_fields = ("text",)
    ordering = ("-pk",)


@admin.register(GenerationRun)
class GenerationRunAdmin(ReadOnlyGamesAdmin):
    list_display = ("created_at", "npc", "topic", "engine", "state", "made", "dropped", "last_error")
    list_filter = ("state", "engine")
    list_select_related = ("npc", "topic")
    ordering = ("-pk",)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyGamesAdmin):
    list_display = ("created_at", "player", "file_name", "file_format", "state", "counts", "applied_at")
    list_filter = ("state", "file_format")
    list_select_related = ("player",)
    ordering = ("-pk",)
    exclude = ("file",)
