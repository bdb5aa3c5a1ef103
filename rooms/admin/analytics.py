"""The page of the console that draws how much is said where."""

from collections.abc import Callable

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from padawanforge.kit.console import PERIODS, period_of
from rooms.permissions import may_see_activity
from rooms.queries.analytics import Day, busiest_rooms, by_day, by_hour, first_day, hours

# Counted anew after so long: on a large installation the figures of a quarter cost seconds.
KEPT_SECONDS = 600
# The drawings, in units of their SVG: a column for each day, a square for each hour.
COLUMN, HEIGHT, SQUARE = 8, 100, 12
SHADES = 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class DrawnFigures:
    """Whoever may see what goes on is offered a page of figures on the list, and is shown it."""

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        extra = {"may_see_activity": may_see_activity(request.user), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def drawn(
        self, request: HttpRequest, template: str, *, title: str, figures: Callable[[int], dict[str, object]]
    ) -> HttpResponse:
        if not may_see_activity(request.user):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **figures(period_of(request)),
            "title": title,
            "opts": self.opts,
            "periods": PERIODS,
        }
        return TemplateResponse(request, template, context)


class ActivityPage(DrawnFigures):
    """Adds the page to the administration of rooms."""

    def get_urls(self) -> list[URLPattern]:
        page = path("activity/", self.admin_site.admin_view(self.activity_view), name="room_activity")
        return [page, *super().get_urls()]

    def activity_view(self, request: HttpRequest) -> HttpResponse:
        return self.drawn(request, "admin/rooms/activity.html", title="Activity", figures=kept_figures)


def kept_figures(days: int) -> dict[str, object]:
    return cache.get_or_set(f"rooms.activity.{days}", lambda: figures(days), KEPT_SECONDS)


def figures(days: int) -> dict[str, object]:
    """All that the page shows of the last so many days, ready to be drawn."""
    now = timezone.now()
    by_days = by_day(now=now, days=days)
    counts = by_hour(now=now, days=days)
    return {
        "days": days,
        "since": first_day(now, days),
        "counted_at": now,
        "columns": columns(by_days),
        "width": COLUMN * days,
        "highest": max(day.chat + day.direct for day in by_days),
        "totals": totals(by_days),
        "week": week(counts),
        "busiest_hour": max(counts.values(), default=0),
        "rooms": busiest_rooms(now=now, days=days),
    }


def totals(days: list[Day]) -> dict[str, object]:
    direct = sum(day.direct for day in days)
    read = sum(day.direct_read for day in days)
    waits = [day.minutes for day in days if day.minutes is not None]
    return {
        "chat": sum(day.chat for day in days),
        "direct": direct,
        "read_percent": round(100 * read / direct) if direct else None,
        "minutes": round(sum(waits) / len(waits), 1) if waits else None,
    }


def columns(days: list[Day]) -> list[dict[str, object]]:
    """Where each day's bars stand: direct messages on top of those in rooms."""
    highest = max(day.chat + day.direct for day in days) or 1
    return [_column(number, day, highest) for number, day in enumerate(days)]


def week(counts: dict[tuple[int, int], int]) -> list[dict[str, object]]:
    """A square for each hour of the week, in one of SHADES + 1 shades."""
    highest = max(counts.values(), default=0) or 1
    return [
        {
            "day": WEEKDAYS[weekday - 1],
            "hour": hour,
            "count": count,
            "x": hour * SQUARE,
            "y": (weekday - 1) * SQUARE,
            # Whatever is not nothing has at least the faintest shade.
            "shade": -(-SHADES * count // highest),
        }
        for weekday, hour, count in hours(counts)
    ]


def _column(number: int, day: Day, highest: int) -> dict[str, object]:
    chat, direct = (round(HEIGHT * count / highest, 1) for count in (day.chat, day.direct))
    return {
        "day": day,
        "x": number * COLUMN + 1,
        "chat": chat,
        "chat_y": HEIGHT - chat,
        "direct": direct,
        "direct_y": round(HEIGHT - chat - direct, 1),
    }
