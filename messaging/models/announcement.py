from uuid import uuid4

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from messaging.models.channel import Channel
from padawanforge.kit.work import WorkItem, WorkQuerySet
from players.choices import RoleName
from players.models import Player

TEXT_MAX_LENGTH = 4000


class Announcement(WorkItem):
    """What staff tell many at once: to whom, from when, until when, and where it is shown."""

    class Type(models.TextChoices):
        INFO = "info", "Information"
        EVENT = "event", "Event"
        MAINTENANCE = "maintenance", "Maintenance"
        WARNING = "warning", "Warning"

    class Priority(models.TextChoices):
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High"
        URGENT = "urgent", "Urgent"

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", "Everybody, guests too"
        PLAYERS = "players", "Everybody with an account"
        ROLE = "role", "Those with a role"
        CHANNEL = "channel", "The members of a room"

    class Recurrence(models.TextChoices):
        ONCE = "", "Once"
        DAILY = "daily", "Every day"
        WEEKLY = "weekly", "Every week"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    text = models.TextField(
        blank=True, validators=[MaxLengthValidator(TEXT_MAX_LENGTH)], help_text="Markdown."
    )
    type = models.CharField(max_length=12, choices=Type, default=Type.INFO)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.PLAYERS)
    role = models.CharField(max_length=20, choices=RoleName, blank=True)
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="announcements"
    )
    shows_banner = models.BooleanField("a line on top of every page", default=True)
    sends_notification = models.BooleanField("a notification", default=True)
    is_dismissible = models.BooleanField("can be put away", default=True)
    needs_acknowledgement = models.BooleanField("people say that they have read it", default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    recurrence = models.CharField(max_length=8, choices=Recurrence, blank=True, default=Recurrence.ONCE)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When its notifications were told.
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["withdrawn_at", "starts_at", "ends_at"], name="messaging_announcement_now"),
        ]
        constraints = [
            models.CheckConstraint(
                name="messaging_announcement_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="messaging_announcement_role_fits", condition=~Q(audience="role") | ~Q(role="")
            ),
            models.CheckConstraint(
                name="messaging_announcement_channel_fits",
                condition=~Q(audience="channel") | Q(channel__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AnnouncementReceipt(models.Model):
    """What a player did with an announcement."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="receipts")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "player"], name="messaging_receipt_once"),
        ]

    def __str__(self) -> str:
        return f"receipt #{self.pk}"
