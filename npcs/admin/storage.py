"""The page of the console that draws how much characters keep and which prompts are used most."""

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from npcs.permissions import may_create_npcs
from npcs.queries.presets import popular_system_prompts
from npcs.queries.storage import in_all, largest

# Counted anew after so long: on a large installation every passage is counted.
KEPT_SECONDS = 600


class StoragePage:
    """Adds the page to the administration of characters."""

    def get_urls(self) -> list[URLPattern]:
        page = path("storage/", self.admin_site.admin_view(self.storage_view), name="npc_storage")  # type: ignore[attr-defined]
        return [page, *super().get_urls()]  # type: ignore[misc]

    def storage_view(self, request: HttpRequest) -> HttpResponse:
        if not may_create_npcs(request.user):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            **cache.get_or_set("npcs.storage", figures, KEPT_SECONDS),
            "title": "What characters keep",
            "opts": self.opts,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/npcs/storage.html", context)


def figures() -> dict[str, object]:
    """All that the page shows, ready to be drawn: bars of at most 100 units."""
    rows, prompts = largest(), popular_system_prompts()
    highest = max((row.total_storage_bytes for row in rows), default=0) or 1
    most = max((prompt.usage_count for prompt in prompts), default=0) or 1
    return {
        "all": in_all(),
        "rows": [(row, round(100 * row.total_storage_bytes / highest, 1)) for row in rows],
        "ties": list(rows[0].tied) if rows else [],
        "prompts": [(prompt, round(100 * prompt.usage_count / most, 1)) for prompt in prompts],
    }
