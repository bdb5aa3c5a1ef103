from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from npcs.actions.inventory import remove_template
from npcs.actions.knowledge import checked_document
from npcs.actions.presets import hash_of, keep_document, remove_document
from npcs.admin.access import ByNpcPermissions
from npcs.knowledge.extract import ACCEPTED
from npcs.models import (
    AudiencePreset,
    InventoryEntry,
    KnowledgePreset,
    NpcRevision,
    PresetUsage,
    SystemPromptPreset,
)
from padawanforge.kit.console import Unwritten
from padawanforge.kit.errors import DomainError


class PresetAdmin(ByNpcPermissions, admin.ModelAdmin):
    list_display = ("name", "category", "difficulty_level", "usage_count", "is_featured", "is_active")
    list_filter = ("is_active", "is_featured", "category", "difficulty_level")
    search_fields = ("name", "description")
    ordering = ("name",)
    readonly_fields: tuple[str, ...] = ("usage_count", "created_by", "created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[attr-defined]  # every preset has it
        super().save_model(request, obj, form, change)


@admin.register(SystemPromptPreset)
class SystemPromptPresetAdmin(PresetAdmin):
    pass


@admin.register(AudiencePreset)
class AudiencePresetAdmin(PresetAdmin):
    pass


class KnowledgePresetForm(forms.ModelForm):
    document = forms.FileField(
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="Takes the place of the one before; copies that characters have stay.",
    )

    class Meta:
        model = KnowledgePreset
        fields = ("name", "description", "category", "difficulty_level", "tags", "is_featured", "is_active")

    def clean_document(self) -> object:
        """Looked at here, so that a refusal stands beside the field; kept by the action."""
        document = self.cleaned_data["document"]
        if document is None and self.instance.pk is None:
            raise forms.ValidationError("Choose a document.")
        if document is not None:
            self._look_at(document)
            document.seek(0)
        return document

    def _look_at(self, document: UploadedFile) -> None:
        try:
            found = checked_document(document, name=document.name or "")
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        same = KnowledgePreset.objects.filter(file_hash=hash_of(found.data)).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError("The library has this document already.")


@admin.register(KnowledgePreset)
class KnowledgePresetAdmin(PresetAdmin):
    form = KnowledgePresetForm
    list_display = ("name", "file_name", "file_size", "usage_count", "is_featured", "is_active")
    readonly_fields = (
        "file_name", "file_type", "file_size", "usage_count", "created_by", "created_at", "updated_at"
    )  # fmt: skip

    def save_model(
        self, request: HttpRequest, obj: KnowledgePreset, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user
        if form.cleaned_data["document"] is None:
            obj.save()
        else:
            keep_document(preset=obj, content=form.cleaned_data["document"])

    def delete_model(self, request: HttpRequest, obj: KnowledgePreset) -> None:
        remove_document(preset=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[KnowledgePreset]) -> None:
        for preset in queryset:
            remove_document(preset=preset)


class ReadOnly(Unwritten, ByNpcPermissions):
    """Rows that nobody writes by hand."""


@admin.register(InventoryEntry)
class InventoryEntryAdmin(ReadOnly, admin.ModelAdmin):
    """Templates belong to who made them; here a published one can be taken away."""

    list_display = ("name", "player", "is_public", "usage_count", "last_used_at", "file_name")
    list_filter = ("is_public",)
    list_select_related = ("player",)
    search_fields = ("name", "description")
    ordering = ("-usage_count", "name", "-pk")
    exclude = ("file", "definition")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InventoryEntry]:
        """What nobody has published is nobody else's business."""
        return super().get_queryset(request).filter(is_public=True)

    def delete_model(self, request: HttpRequest, obj: InventoryEntry) -> None:
        remove_template(entry=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[InventoryEntry]) -> None:
        for entry in queryset:
            remove_template(entry=entry)


@admin.register(PresetUsage)
class PresetUsageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("used_at", "preset_type", "name", "npc", "player")
    list_filter = ("preset_type", "used_at")
    list_select_related = ("npc", "player", "system_prompt", "audience", "knowledge", "inventory")
    ordering = ("-used_at", "-pk")
    show_full_result_count = False

    @admin.display(description="preset")
    def name(self, use: PresetUsage) -> str:
        return str(getattr(use, use.preset_type))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(NpcRevision)
class NpcRevisionAdmin(ReadOnly, admin.ModelAdmin):
    """Compared and restored on the pages of the character; here they are found."""

    list_display = ("npc", "number", "note", "restored_from", "created_by", "created_at")
    list_select_related = ("npc", "created_by")
    search_fields = ("npc__name",)
    ordering = ("-created_at", "-pk")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
