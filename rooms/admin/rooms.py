from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from learning.admin import GamesAdmin
from messaging.actions.channels import open_channel
from players.models import Player
from players.permissions import may
from rooms.actions.audiences import problem_of_audience
from rooms.actions.places import CHOSEN, add_npc, change_place, send_away
from rooms.actions.rooms import TAKEN_SLUGS, close_room, reopen_room
from rooms.actions.settings import change_settings, problem_of_level
from rooms.admin.analytics import ActivityPage
from rooms.choices import ROOM
from rooms.forms import RefusedWords
from rooms.models import Room, RoomNpc, RoomSettings, Tag
from rooms.models.settings import CHOSEN_FIELDS, ROOM_FIELDS
from rooms.rules.limits import ACTIVE_CHARACTERS


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
    # Who is at the console.
    by: Player

    class Meta:
        model = Room
        fields = ("name", "slug", "max_players", "visibility", "audience")

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

    def clean(self) -> dict:
        """For whom it is, asked as it would be stored."""
        cleaned = super().clean()
        names = ("audience", "visibility")
        if all(name in cleaned for name in names):
            wanted = Room(pk=self.instance.pk, channel_id=self.instance.channel_id)
            wanted.audience, wanted.visibility = (cleaned[name] for name in names)
            if problem := problem_of_audience(wanted, by=self.by, was=self.instance.audience):
                self.add_error("audience", problem)
        return cleaned


class SettingsForm(RefusedWords, forms.ModelForm):
    """What the columns alone can't tell: the list of words, and what the ages of the members need."""

    def clean_moderation_level(self) -> str:
        level = self.cleaned_data["moderation_level"]
        is_known = self.instance.pk is not None and "moderation_level" in self.changed_data
        if is_known and (problem := problem_of_level(self.instance.room.channel, level)):
            raise forms.ValidationError(problem, code="level_floor")
        return level


class SettingsInline(GamesInline, admin.StackedInline):
    model = RoomSettings
    form = SettingsForm
    can_delete = False
    readonly_fields = ("rules_version",)


class CharactersFormSet(forms.BaseInlineFormSet):
    """No more of them than a room bears; a character that came stays the same one."""

    def clean(self) -> None:
        super().clean()
        here = [
            row for row in self.forms if row.cleaned_data.get("npc") and row.cleaned_data.get("is_active")
        ]
        if len(here) > ACTIVE_CHARACTERS:
            raise forms.ValidationError(f"At most {ACTIVE_CHARACTERS} characters are in a room at a time.")
        for row in self.forms:
            if row.instance.pk is not None and "npc" in row.changed_data:
                row.add_error("npc", "Send this character away and bring the other one in.")


class CharactersInline(GamesInline, admin.TabularInline):
    model = RoomNpc
    formset = CharactersFormSet
    extra = 0
    fields = ("npc", *CHOSEN, "is_active")
    autocomplete_fields = ("npc",)
    can_delete = False


def save_places(player: Player, room: Room, formset: forms.BaseModelFormSet) -> None:
    """By the actions, so that each visit of a character is kept and nobody is brought into a full room."""
    for row in formset.forms:
        if not row.has_changed():
            continue
        values = {name: row.cleaned_data[name] for name in CHOSEN if name in row.cleaned_data}
        if row.instance.pk is None:
            place = add_npc(room=room, npc=row.cleaned_data["npc"], player=player, role=values["role"])
            change_place(place=place, by=player, values=values)
            continue
        place = RoomNpc.objects.select_related("npc", "room").get(pk=row.instance.pk)
        if "is_active" in row.changed_data and not row.cleaned_data["is_active"]:
            send_away(place=place, by=player)
        elif "is_active" in row.changed_data:
            add_npc(room=room, npc=place.npc, player=player, role=values["role"])
        change_place(place=place, by=player, values=values)


@admin.register(Room)
class RoomAdmin(ActivityPage, GamesAdmin):
    form = RoomForm
    list_display = (
        "name",
        "category",
        "room_type",
        "difficulty",
        "audience",
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
        "audience",
        "is_featured",
    )
    list_select_related = ("category",)
    search_fields = ("name", "slug", "description")
    prepopulated_fields = {"slug": ("name",)}
    fields = (
        "name", "slug", "description", "room_type", "category", "difficulty", "tags", "visibility",
        "audience", "is_featured", "max_players", "owner", "current_players", "closed_at", "closed_reason",
    )  # fmt: skip
    # The owner is the member with that role, so he is not changed here alone.
    readonly_fields = ("owner", "current_players", "closed_at", "closed_reason")
    filter_horizontal = ("tags",)
    inlines = (SettingsInline, CharactersInline)
    ordering = ("-last_activity_at",)
    actions = ("close_rooms", "reopen_rooms", "feature_rooms", "unfeature_rooms")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        here = Count("npcs", filter=Q(npcs__is_active=True), distinct=True)
        return super().get_queryset(request).annotate(characters_here=here)

    def get_form(
        self, request: HttpRequest, obj: Room | None = None, **kwargs: object
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        # Made anew for each request.
        form.by = request.user
        return form

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
            return
        values = {name: form.cleaned_data[name] for name in form.changed_data if name in ROOM_FIELDS}
        change_settings(room=obj, by=request.user, values=values)
        # Not the whole row: people may have come and gone since the page was opened.
        obj.save(update_fields=["slug", "is_featured"])

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Settings that were left as they are offered come back as an unchanged row, which nobody saves.
        RoomSettings.objects.get_or_create(room=form.instance)

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: forms.BaseModelFormSet, change: bool
    ) -> None:
        if change and formset.model is RoomSettings:
            for row in formset.forms:
                values = {name: row.cleaned_data[name] for name in row.changed_data if name in CHOSEN_FIELDS}
                change_settings(room=form.instance, by=request.user, values=values)
            # Django writes down what it was told to save.
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            return
        if formset.model is RoomNpc:
            save_places(request.user, form.instance, formset)
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            return
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

    @admin.action(description="Feature the selected rooms in the lobby", permissions=["change"])
    def feature_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        # A private room would be named to everybody.
        listed = queryset.exclude(visibility=Room.Visibility.PRIVATE)
        changed = listed.filter(is_featured=False).update(is_featured=True)
        self.message_user(request, f"Rooms featured: {changed}.", messages.SUCCESS)

    @admin.action(description="Feature the selected rooms no longer", permissions=["change"])
    def unfeature_rooms(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        changed = queryset.filter(is_featured=True).update(is_featured=False)
        self.message_user(request, f"Rooms no longer featured: {changed}.", messages.SUCCESS)


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
