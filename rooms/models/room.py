from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from messaging.models import Channel
from npcs.choices import Difficulty
from npcs.models import Npc, NpcCategory
from players.models import Player


class Tag(models.Model):
    """A word by which rooms are found."""

    name = models.SlugField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class RoomQuerySet(models.QuerySet):
    def open(self) -> "RoomQuerySet":
        return self.filter(closed_at=None)

    def entered_by(self, player: models.Model) -> "RoomQuerySet":
        return self.filter(channel__members__player=player)


class Room(models.Model):
    """A place where people and characters learn together. Its members are the members of its channel."""

    class Type(models.TextChoices):
        GENERAL = "general", "General"
        TRAINING = "training", "Training"
        STUDY_GROUP = "study_group", "Study group"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="room")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=90, unique=True)
    description = models.TextField(blank=True, validators=[MaxLengthValidator(1000)])
    room_type = models.CharField(max_length=20, choices=Type, default=Type.GENERAL)
    category = models.ForeignKey(
        NpcCategory, null=True, blank=True, on_delete=models.SET_NULL, related_name="rooms"
    )
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    tags = models.ManyToManyField(Tag, blank=True, related_name="rooms")
    is_featured = models.BooleanField(default=False)
    max_players = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(2), MaxValueValidator(1000)]
    )
    # Changed by conditional updates only: the last place goes to exactly one of two who race for it.
    current_players = models.PositiveSmallIntegerField(default=0, editable=False)
    owner = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_rooms"
    )
    last_activity_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["closed_at", "-is_featured", "-last_activity_at"], name="rooms_room_lobby"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rooms_never_over_full", condition=Q(current_players__lte=F("max_players"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rooms:detail", args=[self.slug])


class RoomSettings(models.Model):
    """What the owner of a room has chosen."""

    room = models.OneToOneField(Room, primary_key=True, on_delete=models.CASCADE, related_name="settings")
    allow_anonymous = models.BooleanField("guests may enter", default=True)
    members_start_sessions = models.BooleanField("every member may start sessions", default=False)
    welcome_message = models.TextField(blank=True, validators=[MaxLengthValidator(1000)])
    room_rules = models.TextField(blank=True, validators=[MaxLengthValidator(2000)])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "room settings"

    def __str__(self) -> str:
        return f"settings of room #{self.room_id}"


class RoomNpc(models.Model):
    """A character that is in a room."""

    class Role(models.TextChoices):
        ASSISTANT = "assistant", "Assistant"
        MODERATOR = "moderator", "Moderator"
        TUTOR = "tutor", "Tutor"
        OBSERVER = "observer", "Observer (never speaks)"

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="npcs")
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="room_places")
    role = models.CharField(max_length=10, choices=Role, default=Role.TUTOR)
    is_active = models.BooleanField(default=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.npc_id} in room #{self.room_id}"
