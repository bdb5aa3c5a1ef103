from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from npcs.actions.memory import Note, remember
from npcs.actions.memory_keeping import delete_memory
from npcs.admin.access import ByNpcPermissions
from npcs.builtin.text import one_line
from npcs.models import Memory, MemoryPolicy, MemoryProfile
from npcs.permissions import may_read_talks
from padawanforge.kit.console import Unwritten


class CommonKnowledgeForm(forms.ModelForm):
    """Something that the character is to remember, whoever asks: about nobody in particular."""

    class Meta:
        model = Memory
        fields = ("npc", "kind", "text", "importance", "is_pinned")

    def clean_text(self) -> str:
        text = one_line(self.cleaned_data["text"])
        if not text:
            raise ValidationError("Write what is to be remembered.")
        return text


@admin.register(Memory)
class MemoryAdmin(ByNpcPermissions, admin.ModelAdmin):
    """What characters remember. The words about people are shown to those who may read talks, and to nobody else."""

    list_display = (
        "pk", "npc", "is_about_somebody", "kind", "importance", "visibility", "state", "is_pinned", "access_count",
        "created_at",
    )  # fmt: skip
    list_filter = ("kind", "state", "visibility", "origin", "is_pinned", "created_at")
    list_select_related = ("npc",)
    ordering = ("-created_at", "-pk")
    search_fields = ("npc__name",)
    show_full_result_count = False
    autocomplete_fields = ("npc",)
    figures = (
        "npc", "kind", "importance", "visibility", "state", "origin", "is_pinned", "access_count", "last_access",
        "valid_from", "valid_to", "embedding_model", "created_at",
    )  # fmt: skip
    words = ("player", "text", "attribute", "value", "source_message", "interaction", "superseded_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Memory]:
        return super().get_queryset(request).defer("embedding")

    def get_form(self, request: HttpRequest, obj: Memory | None = None, **kwargs: object) -> type:
        if obj is None:
            kwargs["form"] = CommonKnowledgeForm
        return super().get_form(request, obj, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Memory | None = None) -> tuple[str, ...]:
        if obj is None:
            return CommonKnowledgeForm.Meta.fields
        is_open = obj.player_id is None or may_read_talks(request.user)
        return (*self.figures, *self.words) if is_open else self.figures

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple:
        """Words are only searched by those who may read them."""
        rows, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        if search_term and may_read_talks(request.user):
            rows |= queryset.filter(text__icontains=search_term)
        return rows, may_have_duplicates

    def has_change_permission(self, request: HttpRequest, obj: Memory | None = None) -> bool:
        return False

    @admin.display(boolean=True, description="about somebody")
    def is_about_somebody(self, memory: Memory) -> bool:
        return memory.player_id is not None

    def save_model(self, request: HttpRequest, obj: Memory, form: forms.ModelForm, change: bool) -> None:
        note = Note(obj.text, kind=obj.kind, importance=obj.importance, origin=Memory.Origin.STAFF)
        kept = remember(note, npc=obj.npc, player=None, now=timezone.now())
        if kept is not None:
            Memory.objects.filter(pk=kept.pk).update(is_pinned=obj.is_pinned)
            obj.pk = kept.pk

    def delete_model(self, request: HttpRequest, obj: Memory) -> None:
        delete_memory(memory=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        for memory in queryset:
            delete_memory(memory=memory)


@admin.register(MemoryProfile)
class MemoryProfileAdmin(Unwritten, ByNpcPermissions, admin.ModelAdmin):
    """How much a character has on each player, and when that is worked on next."""

    list_display = (
        "pk", "npc", "is_on", "interaction_count", "pending", "due_at", "extracted_at", "reflected_at",
        "last_exchange_at",
    )  # fmt: skip
    list_filter = ("is_on",)
    list_select_related = ("npc",)
    search_fields = ("npc__name",)
    ordering = ("-pk",)
    show_full_result_count = False
    figures = (
        "npc", "is_on", "interaction_count", "pending", "due_at", "attempts", "extracted_at", "reflected_at",
        "last_exchange_at", "created_at", "updated_at",
    )  # fmt: skip
    words = (
        "player", "core", "conversation_summary", "last_messages", "learned_preferences", "personality_adjustments",
    )  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: MemoryProfile | None = None) -> tuple[str, ...]:
        return (*self.figures, *self.words) if may_read_talks(request.user) else self.figures

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(MemoryPolicy)
class MemoryPolicyAdmin(ByNpcPermissions, admin.ModelAdmin):
    """Which characters remember people, and which of them draw conclusions."""

    list_display = ("npc", "is_on", "reflects", "people", "updated_at")
    list_editable = ("is_on", "reflects")
    list_select_related = ("npc",)
    search_fields = ("npc__name",)
    autocomplete_fields = ("npc",)
    ordering = ("npc__name",)
    actions = ("switch_on", "switch_off")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MemoryPolicy]:
        return super().get_queryset(request).annotate(many=Count("npc__memory_profiles", distinct=True))

    @admin.display(description="people known", ordering="many")
    def people(self, policy: MemoryPolicy) -> int:
        return policy.many

    @admin.action(description="Let the selected characters remember people")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[MemoryPolicy]) -> None:
        count = queryset.update(is_on=True)
        self.message_user(request, f"{count} characters remember people.", messages.SUCCESS)

    @admin.action(description="Let the selected characters remember nobody")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[MemoryPolicy]) -> None:
        count = queryset.update(is_on=False, reflects=False)
        self.message_user(request, f"{count} characters remember nobody.", messages.SUCCESS)
