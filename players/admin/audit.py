"""The audit log, to look at. Nobody changes it here or anywhere else."""

from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from padawanforge.kit.console import Untouched
from players.admin.paging import CappedPaginator
from players.models import AuditEntry, Player
from players.permissions import may_read_logs
from players.queries.audit import about_player, names_in

PLAYER = Player._meta.label


class NamedEntries(ChangeList):
    """The page's entries with the names behind their ids, asked for once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        name_all(self.result_list)


@admin.register(AuditEntry)
class AuditEntryAdmin(Untouched, admin.ModelAdmin):
    list_display = ("created_at", "actor", "verb", "subject", "reason")
    list_display_links = ("created_at",)
    list_filter = ("verb", "created_at")
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    search_fields = ("verb",)
    search_help_text = "A username, a public id, or the beginning of a verb."
    ordering = ("-pk",)
    fields = readonly_fields = (
        "created_at", "actor", "verb", "subject", "before", "after", "reason", "address_hash",
        "previous_hash", "entry_hash",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return NamedEntries

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            name_all([entry])
        return entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        term = search_term.strip().lower()
        if not term:
            return queryset, False
        if player := Player.objects.filter(username=term).first():
            return queryset.filter(about_player(player)), False
        if uuid := _uuid(term):
            return queryset.filter(about_player(Player(uuid=uuid))), False
        return queryset.filter(verb__startswith=term), False

    @admin.display()
    def actor(self, entry: AuditEntry) -> str:
        return entry.names.get(str(entry.actor_uuid), entry.actor_uuid) if entry.actor_uuid else "system"

    @admin.display()
    def subject(self, entry: AuditEntry) -> str:
        if entry.object_type == PLAYER:
            return entry.names.get(entry.object_id, f"a player who is gone ({entry.object_id})")
        app, _, model = entry.object_type.lower().partition(".")
        text = f"{model} {entry.object_id}"
        try:
            return format_html(
                '<a href="{}">{}</a>', reverse(f"admin:{app}_{model}_change", args=[entry.object_id]), text
            )
        except NoReverseMatch:
            return text

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read_logs(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_read_logs(request.user)


def name_all(entries: list[AuditEntry]) -> None:
    names = names_in(entries)
    for entry in entries:
        entry.names = names


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
