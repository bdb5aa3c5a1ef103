"""Guests: how long and how much they may try, what they did, and whether they stayed."""

from datetime import datetime
from uuid import uuid4

from django.db import models
from django.db.models import Q

from players.models.player import Player


class DemoSessionQuerySet(models.QuerySet):
    def expired(self, now: datetime) -> "DemoSessionQuerySet":
        """Over and never turned into an account; their players may still be there."""
        return self.filter(expires_at__lt=now, converted_at=None)


class DemoSession(models.Model):
    """What a guest has until it expires. The row outlives the guest: it is what the funnel counts."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.OneToOneField(Player, null=True, on_delete=models.SET_NULL, related_name="demo_session")
    expires_at = models.DateTimeField(db_index=True)
    converted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DemoSessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"demo session #{self.pk}"


class DemoActivity(models.Model):
    """Something that a guest did, without its content."""

    class Kind(models.TextChoices):
        STARTED = "started", "Came in"
        ENTERED_ROOM = "entered_room", "Entered a room"
        TALKED = "talked", "Wrote a message"
        ANSWERED = "answered", "Answered a statement"
        LIMIT_REACHED = "limit_reached", "Reached a limit"
        CONVERTED = "converted", "Made an account"
        EXPIRED = "expired", "Expired"

    session = models.ForeignKey(DemoSession, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=14, choices=Kind)
    detail = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "demo activities"
        indexes = [models.Index(fields=["session", "kind"], name="players_demo_activity_kind")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class DemoMetric(models.Model):
    """What a guest has used up; one row beside each demo session."""

    session = models.OneToOneField(
        DemoSession, primary_key=True, on_delete=models.CASCADE, related_name="metric"
    )
    messages = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    correct = models.PositiveIntegerField(default=0)
    first_message_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="players_demo_correct_within_answers", condition=Q(correct__lte=models.F("answers"))
            ),
        ]

    def __str__(self) -> str:
        return f"metric of demo session #{self.pk}"
