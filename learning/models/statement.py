from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from learning.rules.skill import ITEM_MEANS, ITEM_VARIANCE
from npcs.choices import Difficulty
from npcs.models import Npc


class Topic(models.Model):
    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class StatementQuerySet(models.QuerySet):
    def playable(self) -> "StatementQuerySet":
        """Only what somebody with the right has approved is played."""
        return self.filter(lifecycle=Statement.Lifecycle.APPROVED)


class Statement(models.Model):
    """A sentence that is true or false, with the reason. `fact_key` joins the variants of one fact."""

    class Lifecycle(models.TextChoices):
        DRAFT = "draft", "Draft"
        PENDING = "pending", "Waiting for review"
        APPROVED = "approved", "Approved"
        SUSPECT = "suspect", "Suspect"
        SUSPENDED = "suspended", "Suspended"
        RETIRED = "retired", "Retired"

    class Source(models.TextChoices):
        AI_GENERATED = "ai_generated", "Generated"
        MANUAL = "manual", "Written"
        IMPORTED = "imported", "Imported"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    text = models.TextField(validators=[MaxLengthValidator(500)])
    answer = models.BooleanField("is true")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="statements")
    subtopic = models.CharField(max_length=100, blank=True)
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    explanation = models.TextField(blank=True)
    source = models.CharField(max_length=12, choices=Source, default=Source.MANUAL)
    source_reference = models.CharField(max_length=300, blank=True)
    fact_key = models.SlugField(max_length=100, blank=True)
    npc = models.ForeignKey(
        Npc,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="statements",
        help_text="The character whose notes cover it.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    lifecycle = models.CharField(max_length=10, choices=Lifecycle, default=Lifecycle.PENDING)
    quality_score = models.FloatField(default=0.5, editable=False)
    usage_count = models.PositiveIntegerField(default=0, editable=False)
    last_used = models.DateTimeField(null=True, blank=True, editable=False)
    # The difficulty in logits, moved by the first attempts that were neither rapid nor a guest's.
    beta_mean = models.FloatField("difficulty, measured", editable=False)
    beta_var = models.FloatField("its variance", default=ITEM_VARIANCE, editable=False)
    n_first = models.PositiveIntegerField("first attempts", default=0, editable=False)
    n_first_correct = models.PositiveIntegerField("right first attempts", default=0, editable=False)
    n_rapid = models.PositiveIntegerField("rapid answers", default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["topic", "lifecycle", "difficulty"], name="learning_statement_pick"),
            models.Index(fields=["usage_count"], name="learning_statement_usage"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["topic", "text"], name="learning_statement_once_per_topic"),
            models.CheckConstraint(
                name="learning_quality_between_zero_and_one",
                condition=Q(quality_score__gte=0, quality_score__lte=1),
            ),
            models.CheckConstraint(
                name="learning_first_attempts_add_up",
                condition=Q(beta_var__gt=0, n_first_correct__lte=F("n_first")),
            ),
        ]

    def __str__(self) -> str:
        return f"statement #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.begin_at_label()
        super().save(*args, **kwargs)

    def begin_at_label(self) -> None:
        """Before anybody has answered it, the difficulty is what the label promises.

        Whoever writes many rows at once calls it for each; the database takes none without.
        """
        if self.beta_mean is None:
            self.beta_mean = ITEM_MEANS[self.difficulty]
