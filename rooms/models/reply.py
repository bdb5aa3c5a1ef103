from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from messaging.models import Channel, Message
from npcs.models import Npc
from padawanforge.kit.work import WorkItem, WorkQuerySet, WorkState
from rooms.rules.limits import AT_ONCE_FOR_A_PLAYER, VARIANTS


class ReplyQuerySet(WorkQuerySet):
    def unfinished(self) -> "ReplyQuerySet":
        return self.filter(state__in=(WorkState.WAITING, WorkState.RUNNING))

    def held_back(self) -> "ReplyQuerySet":
        return self.filter(state=WorkState.WAITING, held_until__isnull=False)

    def counted(self) -> "ReplyQuerySet":
        """Those that were made or are being made; not those that were turned away."""
        return self.exclude(state=WorkState.FAILED)


class Reply(WorkItem):
    """A character's answer: asked for by a message, made in the background, posted once, made again on demand.

    While it is made, its pieces are its log (`ReplyDelta`): whoever comes later reads what was said so far. A
    worker renews its lease all the time; one that died leaves an answer that is interrupted, and only somebody
    who asks for it begins it again.
    """

    class Occasion(models.TextChoices):
        CALLED = "called", "Called by name"
        CHOSEN = "chosen", "Its turn by the mode of the room"
        FORCED = "forced", "Asked to speak by those who manage the room"

    class Ending(models.TextChoices):
        ANSWERED = "answered", "Answered"
        STOPPED = "stopped", "Stopped"
        INTERRUPTED = "interrupted", "Interrupted"
        TURNED_AWAY = "turned_away", "Turned away"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="replies")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="replies")
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="+")
    # For whom it is made and whose limits it uses up: who wrote what began it all.
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    # What a person said that this goes back to, when it answers another character.
    root = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=8, choices=Occasion, default=Occasion.CALLED)
    answer = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="answered")
    ending = models.CharField(max_length=12, choices=Ending, blank=True)
    # Which of the answers that a player waits for at the same time it is; while it is made.
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    # Not begun before: somebody is writing something more.
    held_until = models.DateTimeField(null=True, editable=False)
    stop_asked_at = models.DateTimeField(null=True, editable=False)
    # Which variant is shown; 0 before there is one.
    selected = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "replies"
        indexes = [
            models.Index(fields=["channel", "created_at"], name="rooms_reply_of_channel"),
            models.Index(fields=["state", "queued_at"], name="rooms_reply_queue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "npc"], name="rooms_one_reply_per_character"),
            models.UniqueConstraint(
                fields=["channel", "npc"], condition=Q(state="running"), name="rooms_one_answer_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["player", "slot"], condition=Q(state="running"), name="rooms_answers_for_a_player"
            ),
            models.CheckConstraint(
                name="rooms_reply_slot_exists",
                condition=Q(slot=None) | Q(slot__gte=1, slot__lte=AT_ONCE_FOR_A_PLAYER),
            ),
        ]

    def __str__(self) -> str:
        return f"reply #{self.pk}"


class ReplyDelta(models.Model):
    """A piece of an answer that is being made; gone when it is finished."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="deltas")
    number = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reply", "number"], name="rooms_delta_once"),
        ]

    def __str__(self) -> str:
        return f"piece {self.number} of reply #{self.reply_id}"


class ReplyVariant(models.Model):
    """One of the answers that a character gave to the same message."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="variants")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    ending = models.CharField(max_length=12, choices=Reply.Ending, default=Reply.Ending.ANSWERED)
    engine = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    sources = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reply", "number"], name="rooms_variant_once"),
            models.CheckConstraint(
                name="rooms_variants_are_few", condition=Q(number__gte=1, number__lte=VARIANTS)
            ),
        ]

    def __str__(self) -> str:
        return f"variant {self.number} of reply #{self.reply_id}"
