from uuid import uuid4

from django.db import models
from django.db.models import Q

from messaging.models.channel import Channel
from players.models import Player


class Conversation(models.Model):
    """What two players, or a small group, write to one another; its messages are those of its channel."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="conversation")
    # Both ids, the lower first: two people have one conversation, whoever begins. Empty for a group.
    pair = models.CharField(max_length=50, blank=True, editable=False)
    # Of a group; a conversation of two is called after the other.
    title = models.CharField(max_length=80, blank=True)
    created_by = models.ForeignKey(Player, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["created_by", "created_at"], name="messaging_conversation_pace"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pair"], condition=~Q(pair=""), name="messaging_conversation_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"conversation #{self.pk}"


class DirectState(models.Model):
    """A conversation as one of its people sees it."""

    class Standing(models.TextChoices):
        REQUEST = "request", "Waits for an answer"
        OPEN = "open", "Open"
        DECLINED = "declined", "Declined"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="states")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="direct_states")
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    muted_at = models.DateTimeField(null=True, blank=True)
    # What was said up to this number is gone for this side only.
    deleted_seq = models.PositiveBigIntegerField(default=0)
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
