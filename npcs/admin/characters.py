from collections.abc import Iterable

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from npcs.actions.characters import activate, deactivate
from npcs.actions.memory_keeping import set_policy
from npcs.actions.retirement import UNDO_DAYS, bring_back, delete, retire
from npcs.actions.revisions import take_revision
from npcs.admin.access import ByNpcPermissions
from npcs.admin.storage import StoragePage
from npcs.models import KnowledgeFile, KnowledgeItem, Npc, NpcCategory, NpcConfiguration
from npcs.queries.memory import policy_of
from npcs.queries.retirement import ties_of

LISTED = 20


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


class NpcForm(forms.ModelForm):
    """As the wizard: names differ in more than their case, and whether it remembers people is asked here."""

    remembers = forms.BooleanField(
        label="Remembers people",
        required=False,
        help_text="What they told it, for themselves alone; everybody may look at it and switch it off.",
    )
    reflects = forms.BooleanField(
        label="Draws conclusions", required=False, help_text="Up to three a day from what it remembers."
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        policy = policy_of(self.instance)
        self.initial |= {"remembers": policy.is_on, "reflects": policy.reflects}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        same = Npc.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError("There is a character with this name already.")
        return name


class NpcConfigurationInline(ByNpcPermissions, admin.StackedInline):
    model = NpcConfiguration
    extra = 0


@admin.register(Npc)
class NpcAdmin(StoragePage, ByNpcPermissions, admin.ModelAdmin):
    form = NpcForm
    change_list_template = "admin/npcs/npc_list.html"
    list_display = (
        "name", "category", "provider", "files", "passages", "interaction_count", "is_featured", "is_active",
        "retired_at", "purge_at",
    )  # fmt: skip
    list_filter = ("is_active", "is_featured", "category", "provider", "difficulty_level", "response_style")
    list_select_related = ("category", "provider")
    search_fields = ("name", "slug", "tagline", "description")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = (
        "interaction_count", "knowledge_version", "retired_at", "purge_at", "created_by", "created_at",
        "updated_at",
    )  # fmt: skip
    inlines = (NpcConfigurationInline,)
    actions = ("activate_characters", "deactivate_characters", "retire_characters", "bring_characters_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Npc]:
        return (
            super()
            .get_queryset(request)
            .filter(purged_at=None)
            .annotate(
                # Counted for the rows of the page only, not over all passages that there are.
                files=_count(KnowledgeFile.objects.filter(npc=OuterRef("pk")), "npc"),
                passages=_count(KnowledgeItem.objects.filter(file__npc=OuterRef("pk")), "file__npc"),
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

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        """The configuration is saved by now, so the revision has all of it."""
        super().save_related(request, form, formsets, change)
        if {"remembers", "reflects"} & set(form.changed_data):
            chosen = form.cleaned_data
            set_policy(npc=form.instance, is_on=chosen["remembers"], reflects=chosen["reflects"])
        take_revision(npc=Npc.objects.get(pk=form.instance.pk), player=request.user, note="In the console")

    def get_deleted_objects(self, objs: Iterable[Npc], request: HttpRequest) -> tuple:
        """What is counted before a character is let go; it goes after some days, and comes back until then."""
        chosen = list(objs)
        lines = [f"{npc}: {_counted(npc)}" for npc in chosen[:LISTED]]
        note = (
            f"They leave at once and are deleted for good in {UNDO_DAYS} days; until then they can come back."
        )
        counts = {str(Npc._meta.verbose_name_plural): len(chosen)}
        return [note, *lines], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Npc) -> None:
        delete(npc=obj, player=request.user, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        for npc in queryset:
            delete(npc=npc, player=request.user, now=timezone.now())

    @admin.action(description="Bring the selected characters back")
    def activate_characters(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        count = sum(activate(npc=npc) for npc in queryset)
        self.message_user(request, f"{count} characters are back.", messages.SUCCESS)

    @admin.action(description="Retire the selected characters")
    def retire_characters(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        count = sum(retire(npc=npc, player=request.user, now=timezone.now()) for npc in queryset)
        self.message_user(request, f"{count} characters have retired.", messages.SUCCESS)

    @admin.action(description="Undo retirement or deletion", permissions=["delete"])
    def bring_characters_back(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        count = sum(bring_back(npc=npc, player=request.user) for npc in queryset)
        self.message_user(request, f"{count} characters are back.", messages.SUCCESS)

    @admin.action(description="Let the selected characters rest")
    def deactivate_characters(self, request: HttpRequest, queryset: QuerySet[Npc]) -> None:
        count = sum(deactivate(npc=npc) for npc in queryset)
        self.message_user(request, f"{count} characters rest now.", messages.SUCCESS)


def _count(rows: QuerySet, of: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(of).annotate(found=Count("pk")).values("found")), 0)


def _counted(npc: Npc) -> str:
    return ", ".join(f"{tie.count} {tie.label}" for tie in ties_of(npc)) or "nothing hangs on it"
