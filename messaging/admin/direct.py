"""Conversations as staff see them: that they are there, how many are in them and when; never what was said."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from messaging.admin.messages import ReadOnlyAdmin
from messaging.models import Conversation
from players.permissions import may


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("uuid", "is_group", "people", "said", "created_by", "created_at")
    list_filter = ("created_at", ("pair", admin.EmptyFieldListFilter))
    list_select_related = ("created_by", "channel")
    search_fields = ("=uuid", "=created_by__username", "=channel__members__player__username")
    ordering = ("-pk",)
    fields = ("uuid", "channel", "people", "said", "created_by", "created_at")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.system")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(members=Count("channel__members", distinct=True))

    @admin.display(description="group", boolean=True)
    def is_group(self, conversation: Conversation) -> bool:
        return not conversation.pair

    @admin.display(description="people", ordering="members")
    def people(self, conversation: Conversation) -> int:
        return conversation.members  # type: ignore[attr-defined]

    @admin.display(description="events")
    def said(self, conversation: Conversation) -> int:
        return conversation.channel.last_seq
