"""The console's side of posts: asked for, read, published, hidden, deleted."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from npcs.actions import posts
from npcs.admin.access import ByNpcPermissions
from npcs.models import Npc, NpcPost, PostSchedule
from padawanforge.kit.console import Untouched
from padawanforge.kit.errors import DomainError


@admin.register(NpcPost)
class NpcPostAdmin(ByNpcPermissions, admin.ModelAdmin):
    list_display = (
        "created_at", "npc", "topic", "stage", "last_error", "engine", "tokens", "cost", "published_at",
    )  # fmt: skip
    list_filter = ("state", "npc", "published_at", "hidden_at")
    list_select_related = ("npc", "interaction")
    search_fields = ("topic", "text")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        "npc", "topic", "stage", "text", "edits", "edited_by", "edited_at", "written_text", "engine", "tokens", "cost", "interaction", "last_error", "asked_by",
        "created_at", "published_at", "hidden_at",
    )  # fmt: skip
    actions = ("publish_posts", "hide_posts", "try_posts_again")

    def has_change_permission(self, request: HttpRequest, obj: NpcPost | None = None) -> bool:
        """Not here: a draft is changed on the character's page, where its first text is kept."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: NpcPost | None = None) -> bool:
        """Whoever may ask for one may take it away."""
        return self.has_add_permission(request)

    def get_fields(self, request: HttpRequest, obj: NpcPost | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("npc", "topic")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.name == "npc":
            kwargs["queryset"] = Npc.objects.present().order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: NpcPost, form: object, change: bool) -> None:
        made = posts.ask_for_post(npc=obj.npc, player=request.user, topic=obj.topic, now=timezone.now())
        obj.pk, obj.uuid = made.pk, made.uuid

    def delete_model(self, request: HttpRequest, obj: NpcPost) -> None:
        posts.delete(post=obj, player=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[NpcPost]) -> None:
        for post in queryset:
            posts.delete(post=post, player=request.user)

    @admin.display(description="stage")
    def stage(self, post: NpcPost) -> str:
        return post.stage

    @admin.display(description="tokens")
    def tokens(self, post: NpcPost) -> int:
        return post.interaction.tokens_in + post.interaction.tokens_out if post.interaction else 0

    @admin.display(description="cost")
    def cost(self, post: NpcPost) -> object:
        return post.interaction.cost_estimate if post.interaction else None

    @admin.action(description="Publish the selected posts", permissions=["add"])
    def publish_posts(self, request: HttpRequest, queryset: QuerySet[NpcPost]) -> None:
        now = timezone.now()
        self._each(request, queryset, lambda post: posts.publish(post=post, player=request.user, now=now))

    @admin.action(description="Hide the selected posts", permissions=["add"])
    def hide_posts(self, request: HttpRequest, queryset: QuerySet[NpcPost]) -> None:
        now = timezone.now()
        self._each(request, queryset, lambda post: posts.hide(post=post, player=request.user, now=now))

    @admin.action(description="Try the selected posts again", permissions=["add"])
    def try_posts_again(self, request: HttpRequest, queryset: QuerySet[NpcPost]) -> None:
        now = timezone.now()
        self._each(
            request,
            queryset.select_related("npc"),
            lambda post: posts.try_again(post=post, player=request.user, now=now),
        )

    def _each(
        self, request: HttpRequest, queryset: QuerySet[NpcPost], act: Callable[[NpcPost], object]
    ) -> None:
        for post in queryset.order_by("pk"):
            try:
                act(post)
            except DomainError as refusal:
                self.message_user(request, f"{post}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, f"{post}: done.", messages.SUCCESS)


@admin.register(PostSchedule)
class PostScheduleAdmin(Untouched, ByNpcPermissions, admin.ModelAdmin):
    """Which characters write by themselves; set on their pages, by whoever pays for it."""

    list_display = ("npc", "every_days", "due_at", "set_by", "note")
    list_filter = ("every_days",)
    list_select_related = ("npc", "set_by")
    search_fields = ("npc__name",)
    ordering = ("due_at", "pk")
