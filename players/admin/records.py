"""What is written by the game itself: to look at only."""

from django.contrib import admin

from players.admin.access import SeenByStaff
from players.admin.paging import CappedPaginator
from players.models import ExperienceEntry


@admin.register(ExperienceEntry)
class ExperienceEntryAdmin(SeenByStaff, admin.ModelAdmin):
    list_display = ("player", "delta", "reason", "source_type", "created_at")
    list_filter = ("reason", "source_type", "created_at")
    list_select_related = ("player",)
    paginator = CappedPaginator
    show_full_result_count = False
    search_fields = ("=player__username", "=source_id")
    ordering = ("-created_at", "-pk")
