"""Guests: their demos, and how many of them stay."""

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from padawanforge.kit.console import PERIODS, period_of
from players.admin.access import SeenByStaff
from players.admin.paging import CappedPaginator
from players.models import DemoActivity, DemoMetric, DemoSession
from players.permissions import may_see_demos
from players.queries.demo import Day, Funnel, funnel

# The drawing of the days: one column for each, in units of the SVG.
COLUMN, HEIGHT = 8, 100


class Shown(SeenByStaff, admin.TabularInline):
    extra = 0
    can_delete = False


class MetricInline(Shown):
    model = DemoMetric
    verbose_name_plural = "used up"


class ActivityInline(Shown):
    model = DemoActivity
    fields = readonly_fields = ("created_at", "kind")
    ordering = ("pk",)


@admin.register(DemoSession)
class DemoSessionAdmin(SeenByStaff, admin.ModelAdmin):
    list_display = (
        "player", "created_at", "expires_at", "is_over", "messages", "answers", "tokens", "converted_at"
    )  # fmt: skip
    list_filter = ("expires_at", ("converted_at", admin.EmptyFieldListFilter))
    list_select_related = ("player", "metric")
    paginator = CappedPaginator
    show_full_result_count = False
    search_fields = ("=player__username",)
    ordering = ("-created_at", "-pk")
    inlines = (MetricInline, ActivityInline)

    def get_urls(self) -> list[URLPattern]:
        page = path("funnel/", self.admin_site.admin_view(self.funnel_view), name="demo_funnel")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        extra = {"may_see_funnel": may_see_demos(request.user), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def funnel_view(self, request: HttpRequest) -> HttpResponse:
        if not may_see_demos(request.user):
            raise PermissionDenied
        days = period_of(request)
        found = funnel(now=timezone.now(), days=days)
        context = {
            **self.admin_site.each_context(request),
            "title": "Demo funnel",
            "opts": self.opts,
            "funnel": found,
            "waited": _in_words(found.to_first_message),
            "columns": columns(found),
            "width": COLUMN * days,
            "highest": max((day.started for day in found.days), default=0),
            "days": days,
            "periods": PERIODS,
        }
        return TemplateResponse(request, "admin/players/demo_funnel.html", context)

    @admin.display(boolean=True)
    def is_over(self, session: DemoSession) -> bool:
        return session.expires_at < timezone.now()

    @admin.display(ordering="metric__messages")
    def messages(self, session: DemoSession) -> int:
        return _used(session, "messages")

    @admin.display(ordering="metric__answers")
    def answers(self, session: DemoSession) -> int:
        return _used(session, "answers")

    @admin.display(ordering="metric__tokens")
    def tokens(self, session: DemoSession) -> int:
        return _used(session, "tokens")


def columns(found: Funnel) -> list[dict[str, object]]:
    """Where each day's bars stand in the drawing."""
    highest = max((day.started for day in found.days), default=0) or 1
    return [_column(number, day, highest) for number, day in enumerate(found.days)]


def _column(number: int, day: Day, highest: int) -> dict[str, object]:
    started, converted = (round(HEIGHT * count / highest, 1) for count in (day.started, day.converted))
    return {
        "day": day,
        "x": number * COLUMN + 1,
        "started": started,
        "started_y": HEIGHT - started,
        "converted": converted,
        "converted_y": HEIGHT - converted,
    }


def _in_words(wait: timedelta | None) -> str:
    if wait is None:
        return ""
    seconds = max(round(wait.total_seconds()), 1)
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"


def _used(session: Model, name: str) -> int:
    # Demos from before the counting have no figures.
    metric = getattr(session, "metric", None)
    return getattr(metric, name) if metric else 0
