from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from learning.admin import GamesAdmin
from messaging.actions.channels import open_channel
from players.permissions import may
from rooms.actions.rooms import close_room, reopen_room
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
        "max_players", "owner",
    )  # fmt: skip
    raw_id_fields = ("owner",)
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

    @admin.action(description="Close the selected rooms", permissions=["change"])
    def close_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        now = timezone.now()
        closed = sum(close_room(room=room, now=now) for room in queryset.select_related("channel"))
        self.message_user(request, f"{closed} rooms closed.", messages.SUCCESS)

    @admin.action(description="Open the selected rooms again", permissions=["change"])
    def reopen_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        opened = sum(reopen_room(room=room) for room in queryset)
        self.message_user(request, f"{opened} rooms opened.", messages.SUCCESS)


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
