"""What is written by the game itself: to look at only."""

from django.contrib import admin
from django.utils import timezone

from players.admin.access import SeenByStaff
from players.models import DemoSession, ExperienceEntry


@admin.register(ExperienceEntry)
class ExperienceEntryAdmin(SeenByStaff, admin.ModelAdmin):
    list_display = ("player", "delta", "reason", "source_type", "created_at")
    list_filter = ("reason", "source_type", "created_at")
    list_select_related = ("player",)
    search_fields = ("=player__username", "=source_id")
    ordering = ("-created_at", "-pk")


@admin.register(DemoSession)
class DemoSessionAdmin(SeenByStaff, admin.ModelAdmin):
    list_display = ("player", "created_at", "expires_at", "is_over")
    list_filter = ("expires_at",)
    list_select_related = ("player",)
    search_fields = ("=player__username",)
    ordering = ("-created_at", "-pk")

    @admin.display(boolean=True)
    def is_over(self, session: DemoSession) -> bool:
        return session.expires_at < timezone.now()
