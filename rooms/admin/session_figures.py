"""The page of the console that draws how much is played, and how well."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from rooms.admin.analytics import COLUMN, HEIGHT, DrawnFigures
from rooms.queries.session_figures import BANDS, accuracy_bands, latest, played_by_day, totals

BAND_WIDTH = 24


class FiguresPage(DrawnFigures):
    """Adds the page to the administration of sessions."""

    def get_urls(self) -> list[URLPattern]:
        page = path("figures/", self.admin_site.admin_view(self.figures_view), name="session_figures")
        return [page, *super().get_urls()]

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        return self.drawn(
            request, "admin/rooms/session_figures.html", title="Games in figures", figures=figures
        )


def figures(days: int) -> dict[str, object]:
    """All that the page shows of the last so many days, in units of its drawings."""
    now = timezone.now()
    played = played_by_day(now=now, days=days)
    bands = accuracy_bands(now=now, days=days)
    most, widest = max(day.sessions for day in played), max(bands)
    return {
        "days": days,
        "totals": totals(now=now, days=days),
        "most": most,
        "width": COLUMN * days,
        "columns": [
            {"day": day, "x": number * COLUMN + 1, "height": (height := _height(day.sessions, most)), "y": HEIGHT - height}
            for number, day in enumerate(played)
        ],
        "bands_width": BANDS * BAND_WIDTH,
        "bands": [
            {
                "from": number * 100 // BANDS, "count": count, "x": number * BAND_WIDTH + 2,
                "height": (height := _height(count, widest)), "y": HEIGHT - height,
            }
            for number, count in enumerate(bands)
        ],
        "latest": latest(now=now, days=days),
    }  # fmt: skip


def _height(count: int, most: int) -> float:
    return round(HEIGHT * count / most, 1) if most else 0.0
