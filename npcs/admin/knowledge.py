from django.contrib import admin, messages
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from npcs.actions.knowledge import remove_file, retry_file, set_file_active
from npcs.admin.access import ByNpcPermissions
from npcs.models import KnowledgeFile
from padawanforge.kit.errors import DomainError


@admin.register(KnowledgeFile)
class KnowledgeFileAdmin(ByNpcPermissions, admin.ModelAdmin):
    """Files are added on the character's page; here they are looked after."""

    list_display = ("file_name", "npc", "state", "passages", "size", "attempts", "is_active", "created_at")
    list_filter = ("state", "is_active", "file_type", "npc")
    list_select_related = ("npc",)
    search_fields = ("file_name", "npc__name")
    ordering = ("-created_at", "-pk")
    fields = (
        "npc", "file_name", "description", "file_type", "size", "passages", "state", "attempts", "last_error",
        "is_active", "uploaded_by", "created_at", "updated_at",
    )  # fmt: skip
    readonly_fields = tuple(name for name in fields if name not in {"file_name", "description"})
    actions = ("read_again", "set_aside", "take_up")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnowledgeFile]:
        return super().get_queryset(request).annotate(passages=Count("items"))

    @admin.display(ordering="passages")
    def passages(self, file: KnowledgeFile) -> int:
        return file.passages

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
            try:
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
