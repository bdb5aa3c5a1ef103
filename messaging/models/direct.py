from uuid import uuid4

from django.db import models
from django.db.models import Q

from messaging.models.channel import Channel
from players.models import Player


class Conversation(models.Model):
    """What two players write to each other; its messages are those of its channel."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="conversation")
    # Both ids, the lower first: two people have one conversation, whoever begins.
    pair = models.CharField(max_length=50, unique=True, editable=False)
    created_by = models.ForeignKey(Player, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["created_by", "created_at"], name="messaging_conversation_pace"),
        ]

    def __str__(self) -> str:
        return f"conversation #{self.pk}"


class DirectState(models.Model):
    """A conversation as one of the two sees it."""

    class Standing(models.TextChoices):
        REQUEST = "request", "Waits for an answer"
        OPEN = "open", "Open"
        DECLINED = "declined", "Declined"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="states")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="direct_states")
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # When something was said last; the order of the inbox.
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["player", "standing", "-last_at", "-id"], name="messaging_direct_inbox"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "player"], name="messaging_direct_once"),
            models.CheckConstraint(
                name="messaging_direct_declined_has_time",
                condition=~Q(standing="declined") | Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"direct state #{self.pk}"
