from collections.abc import Collection
from datetime import datetime
from html import unescape
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from messaging.models.channel import Channel
from messaging.models.direct import DirectState
from npcs.models import Npc
from padawanforge.kit import markdown
from padawanforge.kit.memory import recalled
from players.models import Player

MESSAGE_MAX_LENGTH = 4000
# Why a message is gone that was to disappear.
EXPIRED = "It expired."
# Also when it was decided about: what was upheld stays so.
UNSEEN = "This message is out of sight: it waits for a review, or broke the rules."
OUT_OF_SIGHT = f"*{UNSEEN}*"


class MessageQuerySet(models.QuerySet):
    def with_mentions(self) -> "MessageQuerySet":
        """Whom the messages call, so that showing a list asks once."""
        return self.prefetch_related("mentions")

    def with_authors(self) -> "MessageQuerySet":
        return self.select_related(
            "player__profile", "npc", "parent__player__profile", "parent__npc", "root", "whisper_to__profile"
        )

    def visible_to(
        self, player: Player | None, *, moderates: bool = False, now: datetime | None = None
    ) -> "MessageQuerySet":
        """Those that the player may see, once the channel is open to him; nobody in particular sees the fewest.

        Left out are other people's whispers (unless he moderates), what he has taken away for himself, what
        was said before his side of a conversation begins, and what has expired.
        """
        messages = self.filter(Q(expires_at=None) | Q(expires_at__gt=now or timezone.now()))
        if player is None:
            return messages.filter(whisper_to=None)
        if not moderates:
            messages = messages.filter(Q(whisper_to=None) | Q(player=player) | Q(whisper_to=player))
        before = DirectState.objects.filter(player=player, conversation__channel=OuterRef("channel"))
        return messages.exclude(hidden_for__player=player).exclude(
            Exists(before.filter(deleted_seq__gte=OuterRef("seq")))
        )


class ShownMessage(models.Model):
    """What a message says, and how that is shown to those who may read it."""

    text = models.TextField(validators=[MaxLengthValidator(MESSAGE_MAX_LENGTH)])
    metadata = models.JSONField(default=dict, blank=True)
    # Out of sight until somebody has looked at it: held by a check, or hidden by reports.
    hidden_at = models.DateTimeField(null=True, editable=False)
    # The text of a deleted message is empty; moderators find the last one among the revisions.
    deleted_at = models.DateTimeField(null=True, blank=True)
    # The rows of MessageMention that point here.
    mentions: Any

    class Meta:
        abstract = True

    @property
    def files(self) -> list[dict]:
        """What readers are told of what hangs on it."""
        return [] if self.hidden_at or self.deleted_at else self.metadata.get("files", [])

    @property
    def poll_told(self) -> dict | None:
        """What readers are told of its poll, without the right answer before the end."""
        return None if self.hidden_at or self.deleted_at else self.metadata.get("poll")

    @property
    def html(self) -> SafeString:
        text = self.shown_text
        names = self._names(text) if "@" in text else {}
        # Who stores a message shows it to the room and to its sender.
        about = (ShownMessage, text, *names.items())
        return recalled(about, lambda: markdown.render(text, names))

    def _names(self, text: str) -> dict[str, str]:
        """The words of the text that call somebody, each with whom: a public id, or `here`."""
        if self.pk is None or self.hidden_at is not None:
            return {}
        names = {}
        for mention in self.mentions.all():
            whom = mention.player or mention.npc
            word = text[mention.start : mention.start + mention.length]
            names[word] = str(whom.uuid) if whom else str(mention.kind)
        return {word: whom for word, whom in names.items() if word.startswith("@")}

    @property
    def plain(self) -> str:
        """What readers get without its markup: for a line that only hints at it."""
        return unescape(strip_tags(markdown.render(self.shown_text))).strip()

    @property
    def shown_text(self) -> str:
        """What readers get."""
        return self.text if self.hidden_at is None else OUT_OF_SIGHT


class Message(ShownMessage):
    """What somebody said: one player, one character, or the system."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NPC = "npc", "Character"
        SYSTEM = "system", "System"

    class Priority(models.TextChoices):
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High"
        URGENT = "urgent", "Urgent"

    # A message is stored more often than anything else. So no index only repeats the beginning of another one,
    # and what most messages lack is in an index of those that have it.
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveBigIntegerField()
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    type = models.CharField(max_length=10, choices=Type, default=Type.TEXT)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="messages",
        db_index=False,
    )  # fmt: skip
    npc = models.ForeignKey(Npc, null=True, on_delete=models.CASCADE, related_name="messages", db_index=False)
    # The sender's own id of this message: repeating a send is harmless for ever.
    client_id = models.UUIDField(null=True, editable=False)
    sent_at = models.DateTimeField(auto_now_add=True)
    # How often the text was changed: who edits says which one he saw.
    rev = models.PositiveIntegerField(default=0)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        db_index=False,
    )  # fmt: skip
    deletion_reason = models.CharField(max_length=300, blank=True)
    # What it answers, in the same channel.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="answered_by",
        db_index=False,
    )  # fmt: skip
    thread_depth = models.PositiveIntegerField(default=0)
    # The first message of the thread that this one is in; None for a message that answers nothing.
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="thread", db_index=False
    )
    # A whisper is read by its author, by this player and by those who moderate.
    whisper_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="whispers",
        db_index=False,
    )  # fmt: skip
    pinned_at = models.DateTimeField(null=True, blank=True)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        db_index=False,
    )  # fmt: skip
    # Of direct messages.
    subject = models.CharField(max_length=120, blank=True)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    # After it the text is gone; None: it stays.
    expires_at = models.DateTimeField(null=True, blank=True)
    # Derived from the rows each time one changes: emoji and count each.
    reaction_counts = models.JSONField(default=list, blank=True)

    # Whether its reader may see what it answers; set by queries, for pages.
    shows_parent = False
    # Whether the page was opened at it, and whether it is the first that its reader hasn't read.
    is_found = begins_news = False
    # What was answered to it, as a summary; set by queries, for pages.
    answers: object = None
    # What its reader has chosen in its poll; set by queries, for pages.
    own_votes: Collection[int] = ()
    # How far it has come, for its author; set by queries, for pages of direct messages.
    delivery = ""

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["root", "seq"], condition=Q(root__isnull=False), name="messaging_message_thread"
            ),
            models.Index(
                fields=["channel", "-pinned_at"],
                condition=Q(pinned_at__isnull=False),
                name="messaging_message_pins",
            ),
            models.Index(fields=["channel", "sent_at", "seq"], name="messaging_message_by_date"),
            models.Index(
                fields=["expires_at"], condition=Q(expires_at__isnull=False), name="messaging_message_expiry"
            ),
            *(
                models.Index(
                    fields=[name], condition=Q((f"{name}__isnull", False)), name=f"messaging_message_{name}"
                )
                for name in ("npc", "parent", "whisper_to", "deleted_by", "pinned_by")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="messaging_whispers_are_of_players",
                condition=Q(whisper_to=None) | Q(type="text"),
            ),
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
    def author_name(self) -> str:
        """As it stands above the message; empty for the system."""
        if self.npc is not None:
            return self.npc.shown_name
        return self.player.name if self.player is not None else ""

    def is_whisper_for(self, player: Player) -> bool:
        """Whether it is a whisper of which the player is one of the two."""
        return self.whisper_to_id is not None and player.pk in (self.player_id, self.whisper_to_id)

    @property
    def is_over(self) -> bool:
        """Whether its time has expired."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def absence(self) -> str:
        """What stands in the place of one that is gone."""
        has_expired = self.deletion_reason == EXPIRED and self.deleted_by_id is None
        return "This message has disappeared." if has_expired else "This message was deleted."


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


class MentionManager(models.Manager):
    def get_queryset(self) -> models.QuerySet:
        """With whom they call: no text is shown without."""
        return super().get_queryset().select_related("player", "npc")


class MessageMention(models.Model):
    """Who is called in a message: a player, a character, or everybody here. Derived from the text."""

    class Kind(models.TextChoices):
        PLAYER = "player", "A player"
        NPC = "npc", "A character"
        HERE = "here", "Everybody here"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    kind = models.CharField(max_length=8, choices=Kind)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="mentions"
    )
    npc = models.ForeignKey(Npc, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # Where in the text, in characters.
    start = models.PositiveSmallIntegerField()
    length = models.PositiveSmallIntegerField()

    objects = MentionManager()

    class Meta:
        indexes = [models.Index(fields=["player", "-id"], name="messaging_mention_mine")]
        constraints = [
            models.UniqueConstraint(fields=["message", "start"], name="messaging_mention_place"),
            models.CheckConstraint(
                name="messaging_mention_target_fits_kind",
                condition=Q(kind="player", player__isnull=False, npc=None)
                | Q(kind="npc", player=None, npc__isnull=False)
                | Q(kind="here", player=None, npc=None),
            ),
        ]

    def __str__(self) -> str:
        return f"mention #{self.pk}"


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

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="events", db_index=False)
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
