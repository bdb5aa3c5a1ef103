from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from npcs.actions.embedding import retry_embedding
from npcs.actions.knowledge import remove_file, retry_file, set_file_active
from npcs.admin.access import ByNpcPermissions
from npcs.models import KnowledgeDatum, KnowledgeFile, KnowledgeItem
from padawanforge.kit.errors import DomainError
from padawanforge.kit.work import WorkState

SHOWN = 400


class CountedChangeList(ChangeList):
    """Counts the passages of the files on the page, and of no others."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        rows = KnowledgeItem.objects.filter(file__in=self.result_list).values_list("file")
        counted = dict(rows.annotate(count=Count("pk")).order_by("file"))
        for file in self.result_list:
            file.counted = counted.get(file.pk, 0)


class DatumInline(ByNpcPermissions, admin.TabularInline):
    """What was made of the file."""

    model = KnowledgeDatum
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "content_type", "state", "engine", "confidence_score", "token_count", "beginning", "last_error", "updated_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description="content")
    def beginning(self, datum: KnowledgeDatum) -> str:
        return datum.content_data[:SHOWN]


@admin.register(KnowledgeFile)
class KnowledgeFileAdmin(ByNpcPermissions, admin.ModelAdmin):
    """Files are added and replaced on the character's own pages; here they are looked after."""

    list_display = (
        "file_name", "npc", "upload_state", "state", "passages", "size", "attempts", "is_active", "created_at",
    )  # fmt: skip
    list_filter = ("state", "upload_state", "is_active", "file_type")
    list_select_related = ("npc",)
    search_fields = ("file_name", "npc__name")
    search_help_text = "The name of a file or of its character"
    ordering = ("-created_at", "-pk")
    fields = (
        "npc", "file_name", "description", "file_type", "size", "file_hash", "passages", "upload_state", "state",
        "attempts", "last_error", "is_active", "place", "preset", "replaces", "uploaded_by", "created_at",
        "updated_at",
    )  # fmt: skip
    readonly_fields = tuple(name for name in fields if name not in {"file_name", "description"})
    inlines = (DatumInline,)
    actions = ("read_again", "set_aside", "take_up")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountedChangeList

    def view_on_site(self, obj: KnowledgeFile) -> str:
        return reverse("npcs:note", args=[obj.npc.slug, obj.uuid])

    @admin.display
    def passages(self, file: KnowledgeFile) -> int:
        return file.counted if hasattr(file, "counted") else file.items.count()

    @admin.display(ordering="file_size")
    def size(self, file: KnowledgeFile) -> str:
        return filesizeformat(file.file_size)

    def delete_model(self, request: HttpRequest, obj: KnowledgeFile) -> None:
        remove_file(file=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[KnowledgeFile]) -> None:
        for file in queryset:
            remove_file(file=file)

    @admin.action(description="Read the selected files again")
    def read_again(self, request: HttpRequest, queryset: QuerySet[KnowledgeFile]) -> None:
        for file in queryset:
            vectors = KnowledgeDatum.objects.filter(
                file=file, content_type=KnowledgeDatum.Kind.EMBEDDINGS, state=WorkState.FAILED
            ).first()
            try:
                if vectors is None or not retry_embedding(datum=vectors):
                    retry_file(file=file)
            except DomainError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                self.message_user(request, f"{file.file_name} will be read again.", messages.SUCCESS)

    @admin.action(description="Set the selected files aside")
    def set_aside(self, request: HttpRequest, queryset: QuerySet[KnowledgeFile]) -> None:
        count = sum(set_file_active(file=file, is_active=False) for file in queryset)
        self.message_user(request, f"{count} files set aside.", messages.SUCCESS)

    @admin.action(description="Let characters use the selected files")
    def take_up(self, request: HttpRequest, queryset: QuerySet[KnowledgeFile]) -> None:
        count = sum(set_file_active(file=file, is_active=True) for file in queryset)
        self.message_user(request, f"{count} files are used again.", messages.SUCCESS)
