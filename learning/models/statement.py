from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When

from learning.rules.likeness import hash_of
from learning.rules.quality import EASY_ABOVE, EASY_FROM_ANSWERS, is_too_easy
from learning.rules.skill import ITEM_MEANS, ITEM_VARIANCE
from npcs.choices import Difficulty
from npcs.models import KnowledgeFile, Npc


class Topic(models.Model):
    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Lifecycle(models.TextChoices):
    DRAFT = "draft", "Draft"
    PENDING = "pending", "Waiting for review"
    APPROVED = "approved", "Approved"
    SUSPECT = "suspect", "Suspect"
    SUSPENDED = "suspended", "Suspended"
    RETIRED = "retired", "Retired"


class StatementQuerySet(models.QuerySet):
    def playable(self) -> "StatementQuerySet":
        """Only what somebody with the right has approved is played."""
        return self.filter(lifecycle=Lifecycle.APPROVED)

    def telling(self) -> "StatementQuerySet":
        """Without those that nearly everybody knows: they are good for nothing but to warm up."""
        return self.exclude(n_first__gte=EASY_FROM_ANSWERS, n_first_correct__gt=EASY_ABOVE * F("n_first"))


class Statement(models.Model):
    """A sentence that is true or false, with the reason. `fact_key` joins the variants of one fact."""

    Lifecycle = Lifecycle

    class Source(models.TextChoices):
        AI_GENERATED = "ai_generated", "Generated"
        MANUAL = "manual", "Written"
        IMPORTED = "imported", "Imported"

    class Polarity(models.TextChoices):
        """On which side of its fact the sentence stands: unlike the key, it stays when the key was wrong."""

        AFFIRMS = "affirms", "Says the fact"
        DENIES = "denies", "Says something else"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    text = models.TextField(validators=[MaxLengthValidator(500)])
    answer = models.BooleanField("is true")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="statements")
    subtopic = models.CharField(max_length=100, blank=True)
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    explanation = models.TextField(blank=True, validators=[MaxLengthValidator(2000)])
    lang = models.CharField("language", max_length=10, default="en")
    source = models.CharField(max_length=12, choices=Source, default=Source.MANUAL)
    source_reference = models.CharField(max_length=300, blank=True)
    source_doc = models.ForeignKey(
        KnowledgeFile,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="statements",
        verbose_name="source document",
    )
    source_span = models.TextField(
        "quoted words", blank=True, validators=[MaxLengthValidator(1000)], help_text="As the source has them."
    )
    fact_key = models.SlugField(max_length=100, blank=True)
    polarity = models.CharField(max_length=7, choices=Polarity, blank=True, editable=False)
    npc = models.ForeignKey(
        Npc,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="statements",
        help_text="The character whose notes cover it.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    content_hash = models.CharField(max_length=64, editable=False, db_index=True)
    lifecycle = models.CharField(max_length=10, choices=Lifecycle, default=Lifecycle.PENDING)
    rejected_at = models.DateTimeField(null=True, blank=True, editable=False)
    quality_score = models.FloatField(default=0.5, editable=False)
    usage_count = models.PositiveIntegerField(default=0, editable=False)
    last_used = models.DateTimeField(null=True, blank=True, editable=False)
    # The difficulty in logits, moved by the first attempts that were neither rapid nor a guest's.
    beta_mean = models.FloatField("difficulty, measured", editable=False)
    beta_var = models.FloatField("its variance", default=ITEM_VARIANCE, editable=False)
    n_first = models.PositiveIntegerField("first attempts", default=0, editable=False)
    n_first_correct = models.PositiveIntegerField("right first attempts", default=0, editable=False)
    n_rapid = models.PositiveIntegerField("rapid answers", default=0, editable=False)
    rt_median_ms = models.PositiveIntegerField("median time in ms", null=True, editable=False)
    rt_log_sd = models.FloatField("spread of the logarithm of times", null=True, editable=False)
    discrimination = models.FloatField(null=True, editable=False)
    report_count = models.PositiveIntegerField("reports", default=0, editable=False)
    reporter_count = models.PositiveIntegerField("reporters", default=0, editable=False)
    key_llr = models.FloatField("evidence against the key", null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # The documented columns follow the lifecycle, so that they can never disagree with it.
    is_active = models.GeneratedField(
        expression=Case(When(lifecycle=Lifecycle.APPROVED, then=Value(True)), default=Value(False)),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    validation_status = models.GeneratedField(
        expression=Case(
            When(rejected_at__isnull=False, then=Value("rejected")),
            When(lifecycle__in=(Lifecycle.DRAFT, Lifecycle.PENDING), then=Value("pending")),
            default=Value("approved"),
        ),
        output_field=models.CharField(max_length=8),
        db_persist=True,
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["topic", "lifecycle", "difficulty"], name="learning_statement_pick"),
            models.Index(fields=["topic", "lifecycle", "beta_mean"], name="learning_statement_near"),
            models.Index(fields=["quality_score", "id"], name="learning_statement_quality"),
            models.Index(fields=["usage_count"], name="learning_statement_usage"),
            models.Index(fields=["lifecycle", "id"], name="learning_statement_queue"),
            models.Index(fields=["topic", "fact_key"], name="learning_statement_fact"),
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
            models.CheckConstraint(
                name="learning_reporters_have_reported", condition=Q(reporter_count__lte=F("report_count"))
            ),
            models.CheckConstraint(
                name="learning_rejected_is_a_draft",
                condition=Q(rejected_at=None) | Q(lifecycle=Lifecycle.DRAFT),
            ),
            models.CheckConstraint(
                name="learning_polarity_is_known", condition=Q(polarity__in=("affirms", "denies"))
            ),
        ]

    def __str__(self) -> str:
        return f"statement #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.complete()
        super().save(*args, **kwargs)

    @property
    def is_too_easy(self) -> bool:
        return is_too_easy(first=self.n_first, right=self.n_first_correct)

    def complete(self) -> None:
        """Fill in what follows from the text, the key and the label.

        Whoever writes many rows at once calls it for each; the database takes none without.
        """
        self.content_hash = hash_of(self.text)
        if not self.polarity:
            self.polarity = self.Polarity.AFFIRMS if self.answer else self.Polarity.DENIES
        if self.beta_mean is None:
            self.beta_mean = ITEM_MEANS[self.difficulty]
