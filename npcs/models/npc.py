from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from npcs.choices import Difficulty
from npcs.models.provider import AiProvider

PROMPT_MAX_LENGTH = 8000
AVATAR_COLOURS = 8


class NpcCategory(models.Model):
    """A shelf of the directory; `name` is the slug."""

    name = models.SlugField(unique=True)
    display_name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    icon = models.CharField(max_length=50, blank=True, help_text="The name of a Lucide icon.")
    color_hex = models.CharField(
        max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write #rrggbb.")]
    )
    sort_order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "character category"
        verbose_name_plural = "character categories"

    def __str__(self) -> str:
        return self.display_name


class NpcQuerySet(models.QuerySet):
    def active(self) -> "NpcQuerySet":
        return self.filter(is_active=True)

    def present(self) -> "NpcQuerySet":
        """Those that work or rest; not those that have retired."""
        return self.filter(retired_at=None)

    def due(self, now: datetime) -> "NpcQuerySet":
        """Deleted ones whose days for coming back are over."""
        return self.filter(purged_at=None, purge_at__lte=now)


class Npc(models.Model):
    """An AI character: who it is, how it speaks, and which model speaks for it."""

    class ResponseStyle(models.TextChoices):
        FORMAL = "formal", "Formal"
        FRIENDLY = "friendly", "Friendly"
        CASUAL = "casual", "Casual"
        PLAYFUL = "playful", "Playful"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=50, unique=True, help_text="People call it by @name.")
    slug = models.SlugField(unique=True)
    tagline = models.CharField(max_length=120, blank=True)
    description = models.TextField(blank=True)
    system_prompt = models.TextField(validators=[MaxLengthValidator(PROMPT_MAX_LENGTH)])
    personality = models.TextField(blank=True)
    personality_traits = models.TextField(blank=True)
    greeting = models.TextField(blank=True, help_text="Said at the start of a private talk.")
    avatar = models.CharField(max_length=500, blank=True)
    # {"accent": 0 to 7, "background": one of Background, "mood": a few words}, each of them optional.
    visual_style = models.JSONField(default=dict, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    category = models.ForeignKey(
        NpcCategory, null=True, blank=True, on_delete=models.SET_NULL, related_name="npcs"
    )
    subcategory = models.CharField(max_length=100, blank=True)
    expertise_areas = models.JSONField(default=list, blank=True)
    difficulty_level = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    tags = models.JSONField(default=list, blank=True)
    is_featured = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    response_style = models.CharField(max_length=10, choices=ResponseStyle, default=ResponseStyle.FRIENDLY)
    enable_personality_responses = models.BooleanField(default=True)
    provider = models.ForeignKey(
        AiProvider,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="npcs",
        help_text="Empty: the default provider of the installation, else the built-in engine.",
    )
    ai_model = models.CharField(max_length=200, blank=True, help_text="Empty: the provider's default model.")
    temperature = models.FloatField(default=0.7, validators=[MinValueValidator(0.0), MaxValueValidator(2.0)])
    max_tokens = models.PositiveIntegerField(
        default=1000, validators=[MinValueValidator(16), MaxValueValidator(16000)]
    )
    function_calling_enabled = models.BooleanField(
        "may use tools", default=False, help_text="Which ones, the policies of tools say."
    )
    posts_at_once = models.BooleanField(
        "publishes its posts at once",
        default=False,
        help_text="Otherwise they are drafts until somebody who looks after it has read them.",
    )
    interaction_count = models.PositiveIntegerField(default=0, editable=False)
    # Raised with every change of the knowledge, so that cached indexes are built again.
    knowledge_version = models.PositiveIntegerField(default=0, editable=False)
    # It answers from its copies of this document only; empty: from all its notes.
    speaks_from = models.ForeignKey(
        "npcs.KnowledgePreset", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # Retired: silent for good and named "(retired)" where it spoke. Deleted: retired, and to be purged.
    retired_at = models.DateTimeField(null=True, editable=False)
    purge_at = models.DateTimeField(null=True, editable=False)
    purged_at = models.DateTimeField(null=True, editable=False)
    # What an undo brings back, and the name once the row is only kept for the messages that it wrote.
    was_active = models.BooleanField(default=False, editable=False)
    former_name = models.CharField(max_length=50, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NpcQuerySet.as_manager()

    class Meta:
        verbose_name = "character"
        indexes = [
            models.Index(fields=["is_active", "-is_featured", "name"], name="npcs_npc_directory"),
            models.Index(fields=["category", "is_active", "-is_featured", "name"], name="npcs_npc_shelf"),
            models.Index(fields=["is_active", "-interaction_count", "name"], name="npcs_npc_popular"),
            models.Index(fields=["is_active", "-created_at", "name"], name="npcs_npc_newest"),
            models.Index(fields=["created_by", "name"], name="npcs_npc_author"),
            models.Index(fields=["purge_at"], condition=Q(purged_at=None), name="npcs_npc_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="npcs_npc_name_in_any_case",
                violation_error_message="There is a character with this name already.",
            ),
            models.CheckConstraint(
                name="npcs_retired_is_not_active", condition=Q(retired_at=None) | Q(is_active=False)
            ),
            models.CheckConstraint(
                name="npcs_deleted_is_retired", condition=Q(purge_at=None) | Q(retired_at__isnull=False)
            ),
            models.CheckConstraint(
                name="npcs_purged_is_deleted", condition=Q(purged_at=None) | Q(purge_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """As it stands above what the character once said."""
        return f"{self.former_name or self.name} (retired)" if self.retired_at else self.name

    def get_absolute_url(self) -> str:
        return reverse("npcs:detail", args=[self.slug])

    @property
    def avatar_url(self) -> str:
        return self.avatar

    @property
    def avatar_colour(self) -> int:
        accent = self.visual_style.get("accent") if isinstance(self.visual_style, dict) else None
        return (
            accent if isinstance(accent, int) and 0 <= accent < AVATAR_COLOURS else self.pk % AVATAR_COLOURS
        )


class NpcConfiguration(models.Model):
    """How the character teaches, by the CoSTAR scheme: context, objective, style, tone, audience."""

    npc = models.OneToOneField(Npc, on_delete=models.CASCADE, related_name="configuration")
    name = models.CharField(max_length=100)
    context = models.TextField()
    objective = models.TextField()
    style = models.TextField()
    tone = models.TextField()
    audience = models.TextField()
    response_settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "character configuration"

    def __str__(self) -> str:
        return self.name
