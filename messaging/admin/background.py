"""What waits to be said, and which browsers are woken: how far it is, and why not further. Never what it says.

How far the news themselves have come stands with them, under Notifications.
"""

from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Length
from django.http import HttpRequest

from messaging.admin.messages import ReadOnlyAdmin
from messaging.models import Notification, PushSubscription, ScheduledMessage
from players.permissions import may


class OfAdministrators(ReadOnlyAdmin):
    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.system")


@admin.register(ScheduledMessage)
class ScheduledMessageAdmin(OfAdministrators):
    """What isn't said yet is nobody's but its author's, wherever it will be read."""

    list_display = (
        "due_at", "player", "kind", "channel", "characters", "state", "attempts", "last_error",
    )  # fmt: skip
    list_filter = ("state", "channel__kind", "due_at")
    list_select_related = ("player", "channel")
    search_fields = ("=player__username", "=channel__uuid", "last_error")
    ordering = ("-pk",)
    fields = (
        "uuid", "player", "channel", "characters", "due_at", "created_at", "state", "attempts", "queued_at",
        "lease_until", "last_error",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(length=Length("text")).defer("text")

    @admin.display(description="where", ordering="channel__kind")
    def kind(self, planned: ScheduledMessage) -> str:
        return planned.channel.kind

    @admin.display(description="characters", ordering="length")
    def characters(self, planned: ScheduledMessage) -> int:
        return planned.length  # type: ignore[attr-defined]


@admin.register(PushSubscription)
class PushSubscriptionAdmin(OfAdministrators):
    """Whoever knows a browser's whole address could wake it: only whose service it is stands here."""

    list_display = (
        "player", "browser", "service", "state", "failures", "used_at", "last_attempts", "last_error",
        "created_at",
    )  # fmt: skip
    list_filter = (("used_at", admin.EmptyFieldListFilter), "failures", "created_at")
    list_select_related = ("player",)
    search_fields = ("=player__username", "browser")
    ordering = ("-pk",)
    fields = list_display
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Failures are counted by browser; why, only the last news that went to the player by push knows."""
        sent = Notification.objects.filter(
            recipient=OuterRef("player"), delivery_method=Notification.Delivery.PUSH, delivery_attempts__gt=0
        ).order_by("-pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                news_attempts=Subquery(sent.values("delivery_attempts")[:1]),
                news_error=Subquery(sent.values("delivery_error")[:1]),
            )
            .defer("p256dh", "auth")
        )

    @admin.display(description="push service")
    def service(self, row: PushSubscription) -> str:
        return urlsplit(row.endpoint).hostname or ""

    @admin.display(description="state")
    def state(self, row: PushSubscription) -> str:
        if row.failures:
            return "Fails"
        return "Works" if row.used_at else "Not used yet"

    @admin.display(description="attempts for the last news")
    def last_attempts(self, row: PushSubscription) -> int | None:
        return row.news_attempts  # type: ignore[attr-defined]

    @admin.display(description="error of the last news")
    def last_error(self, row: PushSubscription) -> str:
        return row.news_error or ""  # type: ignore[attr-defined]
