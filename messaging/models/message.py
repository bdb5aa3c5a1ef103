from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString

from messaging.models.channel import Channel
from npcs.models import Npc
from padawanforge.kit import markdown
from players.models import Player

MESSAGE_MAX_LENGTH = 4000


class MessageQuerySet(models.QuerySet):
    def with_authors(self) -> "MessageQuerySet":
        return self.select_related("player__profile", "npc")


class Message(models.Model):
    """What somebody said: one player, one character, or the system."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NPC = "npc", "Character"
        SYSTEM = "system", "System"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveBigIntegerField()
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    type = models.CharField(max_length=10, choices=Type, default=Type.TEXT)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="messages"
    )
    npc = models.ForeignKey(Npc, null=True, on_delete=models.CASCADE, related_name="messages")
    # The sender's own id of this message: repeating a send is harmless for ever.
    client_id = models.UUIDField(null=True, editable=False)
    text = models.TextField(validators=[MaxLengthValidator(MESSAGE_MAX_LENGTH)])
    metadata = models.JSONField(default=dict, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "seq"], name="messaging_message_seq"),
            models.UniqueConstraint(fields=["player", "client_id"], name="messaging_message_client_id"),
            models.CheckConstraint(
                name="messaging_message_author_fits_type",
                condition=Q(type="text", player__isnull=False, npc=None)
                | Q(type="npc", player=None, npc__isnull=False)
                | Q(type="system", player=None, npc=None),
            ),
        ]

    def __str__(self) -> str:
        return f"message #{self.pk}"

    @property
    def author(self) -> Player | Npc | None:
        """The player or character, None for the system; the caller has selected both."""
        return self.player or self.npc

    @property
    def html(self) -> SafeString:
        return markdown.render(self.text)


class ChannelEvent(models.Model):
    """The durable log of a channel: every client sees every number once, in order."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Not CASCADE: when a player goes with all he wrote, the numbers of the log must stay without a hole.
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="events")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "seq"], name="messaging_event_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.seq}"
