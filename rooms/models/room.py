from uuid import uuid4

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from messaging.models import Channel
from npcs.choices import Difficulty
from npcs.models import NpcCategory
from players.models import Player
from rooms.rules.audiences import PUBLIC_FAMILIES


class Tag(models.Model):
    """A word by which rooms are found."""

    name = models.SlugField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class RoomQuerySet(models.QuerySet):
    def open(self) -> "RoomQuerySet":
        return self.filter(closed_at=None)

    def entered_by(self, player: models.Model | int) -> "RoomQuerySet":
        return self.filter(channel__members__player=player)


class Room(models.Model):
    """A place where people and characters learn together. Its members are the members of its channel."""

    class Type(models.TextChoices):
        GENERAL = "general", "General"
        TRAINING = "training", "Training"
        STUDY_GROUP = "study_group", "Study group"

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Public: listed, anybody may enter"
        RESTRICTED = "restricted", "Restricted: listed, entered by approval or invitation"
        PRIVATE = "private", "Private: not listed, entered by invitation"

    class Audience(models.TextChoices):
        FROM_13 = "from_13", "From 13 years on"
        FROM_18 = "from_18", "From 18 years on"
        CHILDREN = "children", "Children under 13 and staff, nobody else"
        FAMILIES = "families", "A family or a class: all ages, never public"

    class ClosedReason(models.TextChoices):
        OWNER = "owner", "Archived by its owner"
        STAFF = "staff", "Archived by staff"
        EMPTY = "empty", "Nobody was in it any more"
        IDLE = "idle", "Nothing happened in it for long"

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
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    audience = models.CharField("for whom", max_length=10, choices=Audience, default=Audience.FROM_13)
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
    # Since when nobody belongs to it; None while somebody does.
    empty_since = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_reason = models.CharField(max_length=20, choices=ClosedReason, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["closed_at", "-is_featured", "-last_activity_at"], name="rooms_room_lobby"),
            models.Index(fields=["closed_at", "last_activity_at"], name="rooms_room_idle"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rooms_never_over_full", condition=Q(current_players__lte=F("max_players"))
            ),
            models.CheckConstraint(
                name="rooms_audience_is_known",
                condition=Q(audience__in=["from_13", "from_18", "children", "families"]),
            ),
            # Where children and strangers could meet, somebody decides who comes in.
            models.CheckConstraint(
                name="rooms_families_are_not_public",
                condition=~Q(audience="families", visibility="public"),
                violation_error_message=PUBLIC_FAMILIES,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rooms:detail", args=[self.slug])
