from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from learning.actions.review import approve, reject, retire, submit
from learning.actions.statements import create_statement, revise_statement
from learning.admin.access import GamesAdmin
from learning.models import Statement, Topic
from padawanforge.kit.errors import DomainError

IS_APPROVED = Q(statements__lifecycle=Statement.Lifecycle.APPROVED)


@admin.register(Topic)
class TopicAdmin(GamesAdmin):
    list_display = ("name", "slug", "statements", "playable")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        approved = Count("statements", filter=IS_APPROVED)
        return super().get_queryset(request).annotate(total=Count("statements"), approved=approved)

    @admin.display(ordering="total")
    def statements(self, topic: Topic) -> int:
        return topic.total

    @admin.display(ordering="approved")
    def playable(self, topic: Topic) -> int:
        return topic.approved


@admin.register(Statement)
class StatementAdmin(GamesAdmin):
    list_display = ("text", "answer", "topic", "subtopic", "difficulty", "lifecycle", "usage_count")
    list_filter = ("lifecycle", "topic", "difficulty", "answer", "source")
    list_select_related = ("topic",)
    search_fields = ("text", "explanation", "subtopic", "fact_key")
    autocomplete_fields = ("topic",)
    raw_id_fields = ("npc", "source_doc")
    readonly_fields = (
        "lifecycle",
        "version",
        "quality_score",
        "usage_count",
        "last_used",
        "beta_mean",
        "beta_var",
        "n_first",
        "n_first_correct",
        "n_rapid",
        "rt_median_ms",
        "discrimination",
        "report_count",
        "reporter_count",
        "key_llr",
        "created_by",
        "validated_by",
    )
    exclude = ("uuid",)
    ordering = ("topic__name", "-pk")
    list_per_page = 50
    show_full_result_count = False
    actions = ("approve_statements", "reject_statements", "retire_statements", "submit_statements")

    def save_model(self, request: HttpRequest, obj: Statement, form: ModelForm, change: bool) -> None:
        if not change:
            create_statement(statement=obj, player=request.user)
            return
        try:
            revise_statement(statement=obj)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)

    @admin.action(description="Approve: play them from now on", permissions=["change"])
    def approve_statements(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        count = approve(statements=queryset, player=request.user)
        self.message_user(request, f"{count} statements approved.", messages.SUCCESS)

    @admin.action(description="Reject: back to the drafts", permissions=["change"])
    def reject_statements(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        count = reject(statements=queryset, player=request.user)
        self.message_user(request, f"{count} statements rejected.", messages.SUCCESS)

    @admin.action(description="Retire: take them out of play", permissions=["delete"])
    def retire_statements(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        count = retire(statements=queryset, player=request.user)
        self.message_user(request, f"{count} statements retired.", messages.SUCCESS)

    @admin.action(description="Submit: drafts wait for review again", permissions=["change"])
    def submit_statements(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        count = submit(statements=queryset, player=request.user)
        self.message_user(request, f"{count} statements wait for review.", messages.SUCCESS)
