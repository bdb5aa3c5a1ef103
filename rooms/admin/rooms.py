from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from learning.admin import GamesAdmin
from messaging.actions.channels import open_channel
from players.permissions import may
from rooms.actions.rooms import TAKEN_SLUGS, close_room, reopen_room
from rooms.choices import ROOM
from rooms.models import Room, RoomNpc, RoomSettings, Tag


class GamesInline:
    """The same rights for rows inside a room's page."""

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.view")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")


class RoomForm(forms.ModelForm):
    class Meta:
        model = Room
        fields = ("name", "slug", "max_players")

    def clean_slug(self) -> str:
        if self.cleaned_data["slug"] in TAKEN_SLUGS:
            raise forms.ValidationError("This address is taken by a page.", code="taken")
        return self.cleaned_data["slug"]

    def clean_max_players(self) -> int:
        """Nobody is put out of a room by making it smaller."""
        if self.cleaned_data["max_players"] < self.instance.current_players:
            message = f"There are {self.instance.current_players} people in the room."
            raise forms.ValidationError(message, code="too_small")
        return self.cleaned_data["max_players"]


class SettingsInline(GamesInline, admin.StackedInline):
    model = RoomSettings
    can_delete = False


class CharactersInline(GamesInline, admin.TabularInline):
    model = RoomNpc
    extra = 0
    fields = ("npc", "role", "is_active")
    autocomplete_fields = ("npc",)


@admin.register(Room)
class RoomAdmin(GamesAdmin):
    form = RoomForm
    list_display = (
        "name",
        "category",
        "room_type",
        "difficulty",
        "current_players",
        "characters",
        "is_featured",
        "closed_at",
    )
    list_filter = (
        ("closed_at", admin.EmptyFieldListFilter),
        "category",
        "room_type",
        "difficulty",
        "is_featured",
    )
    list_select_related = ("category",)
    search_fields = ("name", "slug", "description")
    prepopulated_fields = {"slug": ("name",)}
    fields = (
        "name", "slug", "description", "room_type", "category", "difficulty", "tags", "is_featured",
        "max_players", "owner", "current_players", "closed_at",
    )  # fmt: skip
    # The owner is the member with that role, so he is not changed here alone.
    readonly_fields = ("owner", "current_players", "closed_at")
    filter_horizontal = ("tags",)
    inlines = (SettingsInline, CharactersInline)
    ordering = ("-last_activity_at",)
    actions = ("close_rooms", "reopen_rooms")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        here = Count("npcs", filter=Q(npcs__is_active=True), distinct=True)
        return super().get_queryset(request).annotate(characters_here=here)

    @admin.display(ordering="characters_here")
    def characters(self, room: Room) -> int:
        return room.characters_here

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        # A room is closed, not deleted: what people wrote in it stays theirs.
        return False

    def save_model(self, request: HttpRequest, obj: Room, form: object, change: bool) -> None:
        if not change:
            obj.channel = open_channel(kind=ROOM)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Settings that were left as they are offered come back as an unchanged row, which nobody saves.
        RoomSettings.objects.get_or_create(room=form.instance)

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: forms.BaseModelFormSet, change: bool
    ) -> None:
        for row in formset.forms:
            if isinstance(row.instance, RoomNpc) and row.instance.pk is None:
                row.instance.added_by = request.user
        super().save_formset(request, form, formset, change)

    @admin.action(description="Close the selected rooms", permissions=["change"])
    def close_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        now = timezone.now()
        closed = sum(close_room(room=room, now=now) for room in queryset.select_related("channel"))
        self.message_user(request, f"Rooms closed: {closed}.", messages.SUCCESS)

    @admin.action(description="Open the selected rooms again", permissions=["change"])
    def reopen_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        opened = sum(reopen_room(room=room) for room in queryset)
        self.message_user(request, f"Rooms opened: {opened}.", messages.SUCCESS)


@admin.register(Tag)
class TagAdmin(GamesAdmin):
    list_display = ("name", "rooms_with_it")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(total=Count("rooms"))

    @admin.display(ordering="total", description="rooms")
    def rooms_with_it(self, tag: Tag) -> int:
        return tag.total
