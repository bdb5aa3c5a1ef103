from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from npcs.models import Npc
from rooms.models.room import Room
from rooms.rules.limits import COOLDOWN_SECONDS

DIRECTION_MAX_LENGTH = 1000


class Summarised(models.Model):
    """What was said so long ago that it no longer fits, in short; up to which number of the log it reaches."""

    summary = models.TextField(blank=True, editable=False)
    summary_seq = models.PositiveBigIntegerField(default=0, editable=False)
    summarised_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class RoomNpc(Summarised):
    """A character that is in a room: what it does there, how often it speaks, and since when it listens."""

    class Role(models.TextChoices):
        ASSISTANT = "assistant", "Assistant"
        MODERATOR = "moderator", "Moderator"
        TUTOR = "tutor", "Tutor"
        OBSERVER = "observer", "Observer (never speaks)"

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="npcs")
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="room_places")
    role = models.CharField(max_length=10, choices=Role, default=Role.TUTOR)
    is_active = models.BooleanField(default=True)
    # The number after which it hears what is said; of earlier visits there are the rows of NpcStay.
    since_seq = models.PositiveBigIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(
        "place in the order",
        default=0,
        help_text="Who is asked first; those with the same number by arrival.",
    )
    talkativeness = models.FloatField(
        default=0.5,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="How likely it answers what isn't meant for it, from 0 to 1.",
    )
    is_muted = models.BooleanField("muted", default=False)
    cooldown_seconds = models.PositiveSmallIntegerField(
        "seconds between two answers that nobody asked for",
        default=COOLDOWN_SECONDS,
        validators=[MaxValueValidator(3600)],
    )
    stage_direction = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(DIRECTION_MAX_LENGTH)],
        help_text="What the character keeps in mind in this room. Only those who manage the room read it.",
    )
    # In the mode in which everybody has a turn before anybody has a second one.
    has_had_turn = models.BooleanField(default=False, editable=False)
    interaction_count = models.PositiveIntegerField(default=0, editable=False)
    last_interaction = models.DateTimeField(null=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "character in a room"
        verbose_name_plural = "characters in rooms"
        constraints = [
            models.UniqueConstraint(fields=["room", "npc"], name="rooms_npc_once_per_room"),
            models.CheckConstraint(
                name="rooms_talkativeness_is_a_share",
                condition=Q(talkativeness__gte=0, talkativeness__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.npc_id} in room #{self.room_id}"


class NpcStay(models.Model):
    """An earlier visit of a character: it heard what came after the first number, up to the second."""

    place = models.ForeignKey(RoomNpc, on_delete=models.CASCADE, related_name="stays")
    since_seq = models.PositiveBigIntegerField()
    until_seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rooms_stay_ends_after_it_began", condition=Q(until_seq__gte=F("since_seq"))
            ),
        ]

    def __str__(self) -> str:
        return f"stay #{self.pk}"
