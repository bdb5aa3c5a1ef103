from html import unescape
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from messaging.models.channel import Channel
from npcs.models import Npc
from padawanforge.kit import markdown
from players.models import Player

MESSAGE_MAX_LENGTH = 4000
OUT_OF_SIGHT = "*This message waits for a review.*"


class MessageQuerySet(models.QuerySet):
    def with_authors(self) -> "MessageQuerySet":
        return self.select_related("player__profile", "npc", "parent__player__profile", "parent__npc")


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
    # Out of sight until somebody has looked at it: held by a check, or hidden by reports.
    hidden_at = models.DateTimeField(null=True, editable=False)
    # How often the text was changed: who edits says which one he saw.
    rev = models.PositiveIntegerField(default=0)
    edited_at = models.DateTimeField(null=True, blank=True)
    # The text of a deleted message is empty; moderators find the last one among the revisions.
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deletion_reason = models.CharField(max_length=300, blank=True)
    # What it answers, in the same channel.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="answered_by"
    )
    thread_depth = models.PositiveIntegerField(default=0)
    # Derived from the rows each time one changes: emoji and count each.
    reaction_counts = models.JSONField(default=list, blank=True)

    # Whether its reader may see what it answers; set by queries, for pages.
    shows_parent = False

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
    def is_edited(self) -> bool:
        return self.edited_at is not None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def html(self) -> SafeString:
        return markdown.render(self.shown_text)

    @property
    def plain(self) -> str:
        """What readers get without its markup: for a line that only hints at it."""
        return unescape(strip_tags(self.html)).strip()

    @property
    def shown_text(self) -> str:
        """What readers get."""
        return self.text if self.hidden_at is None else OUT_OF_SIGHT


class MessageReaction(models.Model):
    """One sign of one player under a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    emoji = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "player", "emoji"], name="messaging_reaction_once"),
        ]

    def __str__(self) -> str:
        return f"reaction #{self.pk}"


class MessageRevision(models.Model):
    """What a message said before it was changed or deleted: for its author and for moderators."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    rev = models.PositiveIntegerField()
    text = models.TextField()
    replaced_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "rev"], name="messaging_revision_once"),
        ]

    def __str__(self) -> str:
        return f"revision {self.rev} of message #{self.message_id}"


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
