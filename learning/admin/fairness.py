from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from learning.admin.access import ReadOnlyGamesAdmin
from learning.models import FairnessFigure
from learning.rules.fairness import UNEQUAL_ABOVE


class Unequal(admin.SimpleListFilter):
    title = "difference"
    parameter_name = "difference"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("unequal", "Unequal"), ("same", "Much the same")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "unequal":
            return queryset.filter(gap__gt=UNEQUAL_ABOVE)
        return queryset.filter(gap__lte=UNEQUAL_ABOVE) if self.value() == "same" else queryset


@admin.register(FairnessFigure)
class FairnessFigureAdmin(ReadOnlyGamesAdmin):
    list_display = (
        "statement_text",
        "version",
        "by",
        "group",
        "logits",
        "error",
        "answers",
        "others",
        "measured_at",
    )
    list_filter = (Unequal, "by", "group")
    list_select_related = ("statement",)
    search_fields = ("statement__text",)
    ordering = ("-gap", "pk")
    show_full_result_count = False

    @admin.display(description="statement")
    def statement_text(self, figure: FairnessFigure) -> str:
        return figure.statement.text
