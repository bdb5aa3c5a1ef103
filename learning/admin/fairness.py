from django.contrib import admin

from learning.admin.access import ReadOnlyGamesAdmin
from learning.models import FairnessFigure


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
    list_filter = ("by", "group")
    list_select_related = ("statement",)
    search_fields = ("statement__text",)
    ordering = ("-gap", "pk")
    show_full_result_count = False

    @admin.display(description="statement")
    def statement_text(self, figure: FairnessFigure) -> str:
        return figure.statement.text
