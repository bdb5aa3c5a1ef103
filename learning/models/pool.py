"""Statements that belong together, and the work by which a character's notes become such a pool."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from learning.models.statement import Statement, Topic
from npcs.choices import Difficulty
from npcs.models import Npc
from padawanforge.kit.work import WorkItem, WorkQuerySet


class StatementPool(models.Model):
    """Statements about one topic that were made from a character's notes."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="statement_pools")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="pools")
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    statements = models.ManyToManyField(Statement, related_name="pools", blank=True)
    # Engine, model, seed, files and what was dropped: enough to make the same pool again.
    generation_context = models.JSONField(default=dict, blank=True)
    quality_score = models.FloatField(default=0.0, editable=False)
    generated_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    usage_count = models.PositiveIntegerField(default=0, editable=False)
    is_validated = models.BooleanField(default=False)
    validation_notes = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="learning_pool_quality_is_a_share",
                condition=Q(quality_score__gte=0, quality_score__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"pool #{self.pk}"


class GenerationRun(WorkItem):
    """A character's notes being turned into statements; its state is the work item's.

    `done` of `total` passages are read; `dropped` counts by reason what did not become a statement.
    """

    class Engine(models.TextChoices):
        BUILTIN = "builtin", "Built-in generator"
        MODEL = "model", "Language model"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="generation_runs")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    wanted = models.PositiveSmallIntegerField(default=20)
    seed = models.PositiveIntegerField(default=0)
    engine = models.CharField(max_length=7, choices=Engine, default=Engine.BUILTIN)
    model_name = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    dropped = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    pool = models.ForeignKey(StatementPool, null=True, on_delete=models.SET_NULL, related_name="runs")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="learning_generation_within_its_notes", condition=Q(done__lte=F("total"))
            ),
        ]

    def __str__(self) -> str:
        return f"generation #{self.pk}"
