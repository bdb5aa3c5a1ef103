from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from players.choices import NotificationKind
from players.models import Player

TITLE_MAX_LENGTH = 200
TEXT_MAX_LENGTH = 1000


class NotificationQuerySet(models.QuerySet):
    def shown(self) -> "NotificationQuerySet":
        """Neither dismissed nor outdated."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), is_dismissed=False)

    def put_away(self) -> "NotificationQuerySet":
        """Dismissed, but not outdated."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), is_dismissed=True)

    def unread(self) -> "NotificationQuerySet":
        return self.shown().filter(is_read=False)


class Notification(models.Model):
    """Something that a player is told, until it expires. The same news again raises `times` while unread."""

    class Type(models.TextChoices):
        INFO = "info", "Information"
        SUCCESS = "success", "Success"
        WARNING = "warning", "Warning"
        ERROR = "error", "Error"
        ACHIEVEMENT = "achievement", "Achievement"

    class Priority(models.TextChoices):
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High"
        URGENT = "urgent", "Urgent"

    class Delivery(models.TextChoices):
        IN_APP = "in_app", "On the pages"
        EMAIL = "email", "By e-mail"
        PUSH = "push", "By push"
        SMS = "sms", "By text message"

    class DeliveryStatus(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        PENDING = "pending", "On its way"
        DELAYED = "delayed", "Waits for the end of the quiet hours"
        FAILED = "failed", "Failed"

    recipient = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="notifications")
    category = models.CharField(max_length=20, choices=NotificationKind)
    subcategory = models.CharField(max_length=40, blank=True)
    notification_type = models.CharField(max_length=12, choices=Type, default=Type.INFO)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    title = models.CharField(max_length=TITLE_MAX_LENGTH)
    message = models.TextField(blank=True, validators=[MaxLengthValidator(TEXT_MAX_LENGTH)])
    action_url = models.CharField(max_length=500, blank=True)
    action_label = models.CharField(max_length=60, blank=True)
    action_data = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    source = models.CharField("part of the game that tells it", max_length=40, blank=True)
    related_entity_type = models.CharField(max_length=40, blank=True)
    related_entity_id = models.CharField(max_length=64, blank=True)
    # News with the same key is one row as long as it is unread.
    key = models.CharField(max_length=120, blank=True)
    times = models.PositiveIntegerField(default=1)
    is_read = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    is_dismissed = models.BooleanField(default=False)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    delivery_method = models.CharField(max_length=8, choices=Delivery, default=Delivery.IN_APP)
    delivery_status = models.CharField(
        max_length=12, choices=DeliveryStatus, default=DeliveryStatus.DELIVERED
    )
    delivery_attempts = models.PositiveSmallIntegerField(default=0)
    delivery_error = models.CharField(max_length=300, blank=True)
    # When the way on its turn is tried next; None: nothing is owed any more.
    deliver_at = models.DateTimeField(null=True, blank=True)
    # When it went out with a digest by e-mail.
    digested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # When it happened last; the order of the list.
    told_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["recipient", "-told_at", "-id"],
                condition=Q(is_dismissed=False),
                name="messaging_notification_list",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(is_dismissed=False, is_read=False),
                name="messaging_notification_unread",
            ),
            models.Index(fields=["expires_at"], name="messaging_notification_expiry"),
            models.Index(
                fields=["related_entity_type", "related_entity_id"], name="messaging_notification_about"
            ),
            models.Index(
                fields=["deliver_at"],
                condition=Q(deliver_at__isnull=False),
                name="messaging_notification_owed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"],
                condition=Q(is_read=False, is_dismissed=False) & ~Q(key=""),
                name="messaging_notification_once_while_unread",
            ),
            models.CheckConstraint(
                name="messaging_notification_read_has_time",
                condition=Q(is_read=False, read_at=None) | Q(is_read=True, read_at__isnull=False),
            ),
            models.CheckConstraint(
                name="messaging_notification_dismissed_has_time",
                condition=Q(is_dismissed=False, dismissed_at=None)
                | Q(is_dismissed=True, dismissed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"notification #{self.pk}"


class PushSubscription(models.Model):
    """One browser that a player lets us wake: what the Push API gave, the keys sealed."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="push_subscriptions")
    # An address of the browser's maker; unique by its SHA-256, as addresses are long.
    endpoint = models.CharField(max_length=1000)
    endpoint_hash = models.CharField(max_length=64, unique=True, editable=False)
    p256dh = models.CharField(max_length=200)
    auth = EncryptedTextField()
    browser = models.CharField(max_length=120, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"push subscription #{self.pk}"
