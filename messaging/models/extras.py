"""What hangs on messages, and what a player keeps of his own about them."""

from uuid import uuid4

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from messaging.models.channel import Channel
from messaging.models.message import MESSAGE_MAX_LENGTH, Message
from padawanforge.kit.work import WorkItem, WorkQuerySet
from players.models import Player


class Attachment(models.Model):
    """A file on its way to a message, or with one. Nobody but its owner reads it before it is `ready`."""

    class State(models.TextChoices):
        UPLOADING = "uploading", "Being sent"
        CHECKING = "checking", "Being looked at"
        READY = "ready", "Ready"
        REFUSED = "refused", "Refused"

    class Kind(models.TextChoices):
        IMAGE = "image", "Picture"
        FILE = "file", "File"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Player, null=True, on_delete=models.CASCADE, related_name="attachments")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADING)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.FILE)
    # As its owner called it, cleaned; never a path.
    name = models.CharField(max_length=120)
    # What the picture shows, for those who can't see it.
    alt = models.CharField(max_length=300, blank=True)
    # By its content, never by what was claimed.
    content_type = models.CharField(max_length=100, blank=True)
    # Of what is announced at the beginning, then of what is stored; in bytes.
    size = models.PositiveBigIntegerField(default=0)
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    # Paths in the storage, under names of ours.
    file = models.CharField(max_length=200, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When an upload that was never sent is thrown away.
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["message", "position"], name="messaging_attachment_order"),
            models.Index(fields=["expires_at"], name="messaging_attachment_expiry"),
            models.Index(fields=["channel", "-id"], name="messaging_attachment_board"),
        ]
        constraints = [
            models.CheckConstraint(
                name="messaging_attachment_received_within_size", condition=Q(received__lte=F("size"))
            ),
            models.CheckConstraint(
                name="messaging_attachment_sent_when_ready",
                condition=Q(message=None) | Q(state="ready") | Q(state="refused"),
            ),
        ]

    def __str__(self) -> str:
        return f"attachment #{self.pk}"


class Poll(models.Model):
    """A question to the channel under a message. With a right answer it is a statement that is revealed."""

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.CASCADE, related_name="poll")
    question = models.CharField(max_length=300)
    is_multiple = models.BooleanField("several answers", default=False)
    is_anonymous = models.BooleanField("nobody sees who chose what", default=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Shown when the poll has ended.
    explanation = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["closes_at"], condition=Q(closed_at=None), name="messaging_poll_closing"),
        ]

    def __str__(self) -> str:
        return f"poll #{self.pk}"


class PollOption(models.Model):
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=120)
    # Never told before the poll has ended; None where there is nothing right or wrong.
    is_right = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "position"], name="messaging_poll_option_place"),
        ]

    def __str__(self) -> str:
        return f"option #{self.pk}"


class PollVote(models.Model):
    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="votes")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="poll_votes")
    voted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["option", "player"], name="messaging_poll_vote_once"),
        ]

    def __str__(self) -> str:
        return f"vote #{self.pk}"


class Draft(models.Model):
    """What a player has begun to write, in a channel or under a message."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="drafts")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="drafts")
    parent = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(validators=[MaxLengthValidator(MESSAGE_MAX_LENGTH)])
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["player", "channel"], condition=Q(parent=None), name="messaging_draft_once"
            ),
            models.UniqueConstraint(
                fields=["player", "parent"],
                condition=Q(parent__isnull=False),
                name="messaging_draft_reply_once",
            ),
        ]

    def __str__(self) -> str:
        return f"draft #{self.pk}"


class ScheduledMessage(WorkItem):
    """A message that is said later."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="scheduled_messages")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="scheduled_messages")
    # The client id under which it is said: it is said once, however often the job runs.
    client_id = models.UUIDField(default=uuid4, editable=False)
    text = models.TextField(validators=[MaxLengthValidator(MESSAGE_MAX_LENGTH)])
    due_at = models.DateTimeField()
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"], name="messaging_scheduled_due"),
            models.Index(fields=["player", "due_at", "id"], name="messaging_scheduled_mine"),
        ]

    def __str__(self) -> str:
        return f"scheduled message #{self.pk}"


class SavedMessage(models.Model):
    """A message that a player wants to find again, and perhaps to be reminded of."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="saved_messages")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="saved_by")
    note = models.CharField(max_length=200, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["player", "-saved_at", "-id"], name="messaging_saved_list"),
            models.Index(
                fields=["remind_at"], condition=Q(remind_at__isnull=False), name="messaging_saved_reminder"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["player", "message"], name="messaging_saved_once"),
        ]

    def __str__(self) -> str:
        return f"saved message #{self.pk}"


class HiddenMessage(models.Model):
    """A direct message that one side has taken away for itself."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="hidden_for")
    hidden_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "message"], name="messaging_hidden_once"),
        ]

    def __str__(self) -> str:
        return f"hidden message #{self.pk}"


class ThreadFollow(models.Model):
    """Whether a player wants to hear of a thread; who writes in one follows it."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="followed_threads")
    root = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="followers")
    # False: the player has said that he doesn't want to, even if he writes again.
    is_on = models.BooleanField(default=True)
    read_seq = models.PositiveBigIntegerField(default=0)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "root"], name="messaging_thread_follow_once"),
        ]

    def __str__(self) -> str:
        return f"followed thread #{self.pk}"
