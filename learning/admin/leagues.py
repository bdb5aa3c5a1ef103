from django.contrib import admin
from django.http import HttpRequest

from learning.admin.access import ReadOnlyGamesAdmin
from learning.models import LeagueMember
from players.permissions import may


@admin.register(LeagueMember)
class LeagueMemberAdmin(ReadOnlyGamesAdmin):
    """How people learn is for those who answer for the games; to author statements is not enough."""

    list_display = ("week", "group", "player", "points", "usual", "expected", "is_awarded", "measured_until")
    list_filter = ("is_awarded", "week")
    list_select_related = ("cohort", "player")
    search_fields = ("player__username",)
    ordering = ("-week", "cohort__number", "pk")
    show_full_result_count = False

    @admin.display(description="group", ordering="cohort__number")
    def group(self, member: LeagueMember) -> int:
        return member.cohort.number

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")
