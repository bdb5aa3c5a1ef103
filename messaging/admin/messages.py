"""Reading what is said, and taking a message away. Nothing is written here: the log would not know of it."""

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator

from messaging.actions.deletion import take_away
from messaging.actions.delivery import send_again
from messaging.models import Channel, ChannelMember, Message, MessageRevision, Notification
from messaging.rules.direct import DIRECT
from padawanforge.kit.console import Untouched
from players.permissions import may


class ReadOnlyAdmin(Untouched, admin.ModelAdmin):
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")


class MemberInline(admin.TabularInline):
    model = ChannelMember
    fields = ("player", "role", "joined_at", "read_seq")
    readonly_fields = fields
    ordering = ("joined_at",)
    extra = 0
    max_num = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("player")


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ("uuid", "kind", "people", "last_seq", "created_at")
    list_filter = ("kind", "created_at")
    search_fields = ("uuid", "members__player__username")
    ordering = ("-pk",)
    inlines = (MemberInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(people=Count("members"))

    @admin.display(description="members", ordering="people")
    def people(self, channel: Channel) -> int:
        return channel.people  # type: ignore[attr-defined]


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What players are told is theirs: only those who answer for the whole installation look into it."""

    list_display = (
        "told_at", "recipient", "category", "title", "times", "is_read", "delivery_method",
        "delivery_status", "delivery_attempts", "deliver_at", "delivery_error",
    )  # fmt: skip
    list_filter = ("delivery_status", "delivery_method", "category", "priority", "is_read", "told_at")
    actions = ("send_again",)
    list_select_related = ("recipient",)
    search_fields = ("recipient__username", "title")
    ordering = ("-pk",)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.system")

    @admin.action(description="Send again by the ways that the player has chosen", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        now = timezone.now()
        sent = sum(send_again(notification=row, now=now) for row in queryset)
        self.message_user(request, f"On its way again: {sent} of {queryset.count()}.", messages.SUCCESS)


class RevisionInline(admin.TabularInline):
    """What it said before; deleted messages keep their last text here for ninety days."""

    model = MessageRevision
    fields = ("rev", "text", "replaced_at")
    readonly_fields = fields
    ordering = ("-rev",)
    extra = 0
    max_num = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("sent_at", "channel", "type", "author", "beginning", "edited_at", "deleted_at")
    list_filter = ("type", "sent_at", ("deleted_at", admin.EmptyFieldListFilter))
    inlines = (RevisionInline,)
    list_select_related = ("channel", "player", "npc")
    search_fields = ("text", "player__username", "npc__name")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Without what people write to one another: that comes to staff by a report only."""
        return super().get_queryset(request).exclude(channel__kind=DIRECT)

    @admin.display(description="text")
    def beginning(self, message: Message) -> str:
        return Truncator(message.text).chars(80)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")

    # Taken away as everybody else does it: the place stays, open pages hear of it, and it is written down.
    def delete_model(self, request: HttpRequest, obj: Message) -> None:
        take_away(message=obj, player=request.user, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for message in queryset:
            take_away(message=message, player=request.user, now=timezone.now())
