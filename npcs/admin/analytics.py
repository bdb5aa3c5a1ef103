"""The page of the console that draws how characters do, and the lists of what is written down each night."""

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from npcs.admin.access import ByNpcPermissions
from npcs.models import NpcLearningData, NpcMetric
from npcs.permissions import may_create_npcs
from npcs.queries.analytics import Day, busiest, by_day, first_day, total
from padawanforge.kit.console import PERIODS, Untouched, period_of

# Counted anew after so long: on a large installation the figures of a quarter cost seconds.
KEPT_SECONDS = 600
# The drawing, in units of its SVG: a column for each day.
COLUMN, HEIGHT = 8, 100


class WrittenAtNight(Untouched, ByNpcPermissions):
    """Rows that nobody writes by hand."""


@admin.register(NpcMetric)
class NpcMetricAdmin(WrittenAtNight, admin.ModelAdmin):
    """The figures of each night, and the page that draws them."""

    list_display = ("date_recorded", "time_period", "npc", "metric_name", "metric_value", "metric_unit")
    list_filter = ("time_period", "metric_name", "date_recorded")
    list_select_related = ("npc",)
    search_fields = ("npc__name",)
    ordering = ("-date_recorded", "npc", "metric_name", "-pk")
    show_full_result_count = False
    change_list_template = "admin/npcs/metric_list.html"

    def get_urls(self) -> list[URLPattern]:
        page = path("insight/", self.admin_site.admin_view(self.insight_view), name="npc_insight")
        return [page, *super().get_urls()]

    def insight_view(self, request: HttpRequest) -> HttpResponse:
        if not may_create_npcs(request.user):
            raise PermissionDenied
        days = period_of(request)
        context = {
            **self.admin_site.each_context(request),
            **cache.get_or_set(f"npcs.insight.{days}", lambda: figures(days), KEPT_SECONDS),
            "title": "How characters do",
            "opts": self.opts,
            "periods": PERIODS,
        }
        return TemplateResponse(request, "admin/npcs/insight.html", context)


@admin.register(NpcLearningData)
class NpcLearningDataAdmin(WrittenAtNight, admin.ModelAdmin):
    list_display = ("recorded_on", "npc", "data_type", "confidence_score", "source")
    list_filter = ("data_type", "recorded_on")
    list_select_related = ("npc",)
    search_fields = ("npc__name",)
    ordering = ("-recorded_on", "npc", "data_type", "-pk")
    show_full_result_count = False


def figures(days: int) -> dict[str, object]:
    """All that the page shows of the last so many days, ready to be drawn."""
    now = timezone.now()
    since = first_day(now, days)
    by_days = by_day(now=now, days=days)
    return {
        "days": days,
        "counted_at": now,
        "total": total(since=since, until=now),
        "columns": columns(by_days),
        "width": COLUMN * days,
        "highest": max(it.figures.answers for it in by_days),
        "slowest": round(max(it.figures.response_ms for it in by_days)),
        "rows": busiest(since=since, until=now),
    }


def columns(days: list[Day]) -> list[dict[str, object]]:
    """Where each day's bars stand: what was answered, on it what the notes didn't say, on top what failed."""
    highest = max(it.figures.answers for it in days) or 1
    slowest = max(it.figures.response_ms for it in days) or 1
    return [_column(number, it, highest, slowest) for number, it in enumerate(days)]


def _column(number: int, it: Day, highest: int, slowest: float) -> dict[str, object]:
    answered, refused, failed = (
        round(HEIGHT * count / highest, 1)
        for count in (it.figures.answered, it.figures.refused, it.figures.failed)
    )
    time = round(HEIGHT * it.figures.response_ms / slowest, 1)
    return {
        "day": it.day,
        "figures": it.figures,
        "x": number * COLUMN + 1,
        "answered": answered,
        "answered_y": round(HEIGHT - answered, 1),
        "refused": refused,
        "refused_y": round(HEIGHT - answered - refused, 1),
        "failed": failed,
        "failed_y": round(HEIGHT - answered - refused - failed, 1),
        "time": time,
        "time_y": round(HEIGHT - time, 1),
    }
