from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from npcs.actions.characters import activate, deactivate, remove_npc
from npcs.admin.access import ByNpcPermissions
from npcs.models import AudiencePreset, Npc, NpcCategory, NpcConfiguration, SystemPromptPreset


@admin.register(NpcCategory)
class NpcCategoryAdmin(ByNpcPermissions, admin.ModelAdmin):
    list_display = ("display_name", "name", "characters", "sort_order", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "display_name")
    ordering = ("sort_order", "display_name")
    prepopulated_fields = {"name": ("display_name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[NpcCategory]:
        return super().get_queryset(request).annotate(characters=Count("npcs"))

    @admin.display(ordering="characters")
    def characters(self, category: NpcCategory) -> int:
        return category.characters


class NpcConfigurationInline(ByNpcPermissions, admin.StackedInline):
    model = NpcConfiguration
    extra = 0


@admin.register(Npc)
class NpcAdmin(ByNpcPermissions, admin.ModelAdmin):
    list_display = (
        "name", "category", "provider", "files", "passages", "interaction_count", "is_featured", "is_active"
    )  # fmt: skip
    list_filter = ("is_active", "is_featured", "category", "provider", "difficulty_level", "response_style")
    list_select_related = ("category", "provider")
    search_fields = ("name", "slug", "tagline", "description")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("interaction_count", "knowledge_version", "created_by", "created_at", "updated_at")
    inlines = (NpcConfigurationInline,)
    actions = ("activate_characters", "deactivate_characters")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Npc]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                files=Count("knowledge_files", distinct=True),
                passages=Count("knowledge_files__items", distinct=True),
            )
        )

    @admin.display(ordering="files")
    def files(self, npc: Npc) -> int:
        return npc.files

    @admin.display(ordering="passages")
    def passages(self, npc: Npc) -> int:
        return npc.passages

    def save_model(self, request: HttpRequest, obj: Npc, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: object, request: HttpRequest) -> tuple:
        """What belongs to the character goes with it, also rows that nobody may delete one by one."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Npc) -> None:
        remove_npc(npc=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        for npc in queryset:
            remove_npc(npc=npc)

    @admin.action(description="Bring the selected characters back")
    def activate_characters(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        count = sum(activate(npc=npc) for npc in queryset)
        self.message_user(request, f"{count} characters are back.", messages.SUCCESS)

    @admin.action(description="Let the selected characters rest")
    def deactivate_characters(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        count = sum(deactivate(npc=npc) for npc in queryset)
        self.message_user(request, f"{count} characters rest now.", messages.SUCCESS)


class PresetAdmin(ByNpcPermissions, admin.ModelAdmin):
    list_display = ("name", "category", "difficulty_level", "usage_count", "is_featured", "is_active")
    list_filter = ("is_active", "is_featured", "category", "difficulty_level")
    search_fields = ("name", "description")
    ordering = ("name",)
    readonly_fields = ("usage_count", "created_by", "created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: object, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(SystemPromptPreset)
class SystemPromptPresetAdmin(PresetAdmin):
    pass


@admin.register(AudiencePreset)
class AudiencePresetAdmin(PresetAdmin):
    pass
