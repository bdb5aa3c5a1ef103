from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from learning.actions.statements import approve, create_statement, reject, retire, revise_statement
from learning.models import AnswerEvent, Statement, Topic
from players.permissions import may

IS_APPROVED = Q(statements__lifecycle=Statement.Lifecycle.APPROVED)


class GamesAdmin(admin.ModelAdmin):
    """Who may create and remove games, may author what is played in them.

    Seeing takes the right to create, too: "games.view" is every player's, and here the keys are shown.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "games.create")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "games.create")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")


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
    raw_id_fields = ("npc",)
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
        "created_by",
        "validated_by",
    )
    exclude = ("uuid",)
    ordering = ("topic__name", "-pk")
    list_per_page = 50
    show_full_result_count = False
    actions = ("approve_statements", "reject_statements", "retire_statements")

    def save_model(self, request: HttpRequest, obj: Statement, form: ModelForm, change: bool) -> None:
        if change:
            revise_statement(statement=obj, is_reworded=bool({"text", "answer"} & set(form.changed_data)))
        else:
            create_statement(statement=obj, player=request.user)

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


@admin.register(AnswerEvent)
class AnswerEventAdmin(GamesAdmin):
    """What people answered is for those who answer for the games; to author statements is not enough."""

    list_display = ("received_at", "player", "statement_text", "answer", "correct", "rapid", "rt_ms", "xp")
    list_filter = ("mode", "correct", "rapid")
    list_select_related = ("player", "statement")
    search_fields = ("player__username", "statement__text")
    ordering = ("-received_at",)
    show_full_result_count = False

    @admin.display(description="statement")
    def statement_text(self, event: AnswerEvent) -> str:
        return event.statement.text

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
