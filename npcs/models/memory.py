"""What a character remembers, and about whom. Rows are found through `MemoryQuerySet.recallable` only."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from npcs.models.interaction import Interaction
from npcs.models.npc import Npc
from npcs.rules.memory.scenes import Reach, Scene

TEXT_MAX_LENGTH = 600
CORE_MAX_LENGTH = 600


class MemoryQuerySet(models.QuerySet):
    def partition(self, *, npc_id: int, player_id: int | None) -> Self:
        """The wall between people: what this character knows of this player, and what it knows of nobody.

        Without a player nothing is left but what is about nobody and may be said to everybody. Every reading
        of memories for a prompt, a search or a page of a player goes through here.
        """
        mine = self.filter(npc_id=npc_id)
        about_nobody = Q(player=None, visibility=Memory.Visibility.PUBLIC)
        if player_id is None:
            return mine.filter(about_nobody)
        return mine.filter(about_nobody | Q(player_id=player_id))

    def recallable(self, *, npc_id: int, player_id: int | None, scene: Scene) -> Self:
        """What may be said in the scene, however well it would fit: asked in SQL, before anything is scored."""
        rows = self.partition(npc_id=npc_id, player_id=player_id).filter(state=Memory.State.ACTIVE)
        if scene.reach == Reach.PRIVATE and player_id is not None:
            return rows
        said_here = Q(visibility=Memory.Visibility.ROOM, place=scene.place) if scene.place else Q(pk__in=[])
        return rows.filter(Q(visibility=Memory.Visibility.PUBLIC) | said_here)

    def about(self, *, npc_id: int, player_id: int | None) -> Self:
        """What this character remembers of this player, or of nobody: for the player's page and the work on it."""
        return self.filter(npc_id=npc_id, player_id=player_id)

    def active(self) -> Self:
        return self.filter(state=Memory.State.ACTIVE)

    def valid(self) -> Self:
        """What nothing newer contradicts."""
        return self.filter(valid_to=None)


class Memory(models.Model):
    """One thing that a character remembers; about one player, or about nobody in particular."""

    class Kind(models.TextChoices):
        EPISODE = "episode", "Something said"
        FACT = "fact", "Fact"
        REFLECTION = "reflection", "Reflection"
        PROMISE = "promise", "Promise or goal"
        GIFT = "gift", "Gift"

    class Visibility(models.TextChoices):
        PRIVATE = "private", "Between the two alone"
        ROOM = "room", "In the room where it was said"
        PUBLIC = "public", "Wherever the two meet"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        ASIDE = "aside", "Put aside with its branch of the talk"
        ARCHIVED = "archived", "Forgotten"

    class Origin(models.TextChoices):
        TALK = "talk", "From a talk"
        PLAYER = "player", "Corrected by the player"
        STAFF = "staff", "Written by staff"
        GAME = "game", "From the game"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="memories", verbose_name="character")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="memories",
        help_text="Whom it is about; empty for nobody in particular.",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.CharField(max_length=TEXT_MAX_LENGTH)
    importance = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    # The public id of the channel where it was said; channels live in an app above.
    place = models.UUIDField(null=True, blank=True)
    # The public id of the message that it comes from, for the same reason.
    source_message = models.UUIDField(null=True, blank=True, db_index=True)
    interaction = models.ForeignKey(
        Interaction, null=True, blank=True, on_delete=models.SET_NULL, related_name="memories"
    )
    # A fact or reflection stands on these; an episode on none.
    sources = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="derived")
    # What a fact is about ("name", "likes chess") and what it says of it, so that a newer one can contradict it.
    attribute = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    # Of the normalised text: the same thing said twice is remembered once.
    fingerprint = models.CharField(max_length=64)
    # The stems of the text, for finding it by its words.
    keywords = models.TextField(blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="supersedes"
    )
    is_pinned = models.BooleanField(default=False)
    access_count = models.PositiveIntegerField(default=0)
    last_access = models.DateTimeField(null=True, blank=True)
    # float16 bytes; None until a job has made them, or where no embedder is installed.
    embedding = models.BinaryField(null=True)
    embedding_model = models.CharField(max_length=100, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.TALK)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Of an episode: when it was looked through for facts.
    extracted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = MemoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "memories"
        indexes = [
            models.Index(fields=["npc", "player", "state", "-created_at"], name="npcs_memory_pair"),
            models.Index(fields=["npc", "-importance"], name="npcs_memory_important"),
            models.Index(fields=["state", "archived_at"], name="npcs_memory_archive"),
            models.Index(fields=["-created_at"], name="npcs_memory_recent"),
        ]
        constraints = [
            models.CheckConstraint(
                name="npcs_memory_importance_between_1_and_10",
                condition=Q(importance__gte=1, importance__lte=10),
            ),
            # What is known of nobody is open to all: there is no one whose secret it could be.
            models.CheckConstraint(
                name="npcs_memory_about_nobody_is_public",
                condition=Q(player__isnull=False) | Q(visibility="public"),
            ),
            models.CheckConstraint(
                name="npcs_memory_of_a_room_has_one",
                condition=~Q(visibility="room") | Q(place__isnull=False),
            ),
            models.CheckConstraint(
                name="npcs_memory_superseded_is_over",
                condition=Q(superseded_by=None) | Q(valid_to__isnull=False),
            ),
            # The fingerprint holds the kind and the reach.
            models.UniqueConstraint(
                fields=["npc", "player", "fingerprint"],
                condition=Q(state="active", valid_to=None) & ~Q(kind="episode"),
                name="npcs_memory_once",
            ),
            # An answer that is made again adds no second episode.
            models.UniqueConstraint(
                fields=["npc", "player", "source_message"],
                condition=Q(kind="episode"),
                name="npcs_memory_one_episode_a_message",
            ),
        ]

    def __str__(self) -> str:
        return f"memory #{self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether something newer has taken its place."""
        return self.valid_to is not None


class MemoryProfile(models.Model):
    """All that a character has made of its talks with one player, and whether it may go on doing so."""

    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="memory_profiles")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memory_profiles"
    )
    # The player's own switch for this character.
    is_on = models.BooleanField("remembers", default=True)
    # A few lines that stand in every private prompt: name, goals, what the player likes.
    core = models.CharField(max_length=CORE_MAX_LENGTH, blank=True)
    conversation_summary = models.TextField(blank=True)
    last_messages = models.JSONField(default=list, blank=True)
    learned_preferences = models.JSONField(default=dict, blank=True)
    personality_adjustments = models.JSONField(default=dict, blank=True)
    context_embedding = models.BinaryField(null=True)
    embedding_model = models.CharField(max_length=100, blank=True)
    interaction_count = models.PositiveIntegerField(default=0)
    # Episodes that nobody has looked through yet, and when that is to be done (None: nothing to do).
    pending = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    extracted_at = models.DateTimeField(null=True, blank=True)
    reflected_at = models.DateTimeField(null=True, blank=True)
    last_exchange_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["npc", "player"], name="npcs_memory_profile_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="npcs_memory_due"),
            models.Index(fields=["player", "-id"], name="npcs_memory_profile_mine"),
        ]

    def __str__(self) -> str:
        return f"memory profile #{self.pk}"


class MemoryPolicy(models.Model):
    """Whether a character remembers people at all; without a row it doesn't."""

    npc = models.OneToOneField(Npc, on_delete=models.CASCADE, related_name="memory_policy")
    is_on = models.BooleanField("remembers people", default=False)
    reflects = models.BooleanField(
        default=False, help_text="Draws up to three conclusions a day from what it has heard."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "memory of a character"
        verbose_name_plural = "memory of characters"

    def __str__(self) -> str:
        return f"memory of character #{self.npc_id}"


class MemoryChoice(models.Model):
    """A player's choice for all characters; without a row they may remember, as far as each does."""

    player = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memory_choice"
    )
    is_on = models.BooleanField("may be remembered", default=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"memory choice #{self.pk}"
