"""How characters do: a row a day for each figure, and what can be learned from the figures."""

from django.db import models
from django.db.models import Q

from npcs.models.npc import Npc


class NpcMetric(models.Model):
    """One figure of one character over one day, week or month; made anew from the interactions."""

    class Period(models.TextChoices):
        DAILY = "daily", "A day"
        WEEKLY = "weekly", "A week"
        MONTHLY = "monthly", "A month"

    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="metrics", verbose_name="character")
    metric_name = models.SlugField(max_length=50)
    metric_value = models.FloatField()
    metric_unit = models.CharField(max_length=20, blank=True)
    # The first day of the period.
    date_recorded = models.DateField()
    time_period = models.CharField(max_length=8, choices=Period, default=Period.DAILY)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "figure of a character"
        verbose_name_plural = "figures of characters"
        constraints = [
            models.UniqueConstraint(
                fields=["npc", "time_period", "metric_name", "date_recorded"], name="npcs_metric_once"
            ),
        ]
        indexes = [
            models.Index(fields=["time_period", "date_recorded"], name="npcs_metric_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.metric_name} #{self.pk}"


class NpcLearningData(models.Model):
    """What the figures of some weeks say of a character, and how sure that is."""

    class Type(models.TextChoices):
        INTERACTION_PATTERN = "interaction_pattern", "How it is used"
        RESPONSE_QUALITY = "response_quality", "How well it answers"
        USER_FEEDBACK = "user_feedback", "What people say of it"
        PERFORMANCE_METRIC = "performance_metric", "How fast and dear it is"

    npc = models.ForeignKey(
        Npc, on_delete=models.CASCADE, related_name="learning_data", verbose_name="character"
    )
    data_type = models.CharField(max_length=20, choices=Type)
    data_value = models.JSONField(default=dict)
    confidence_score = models.FloatField(default=0.0)
    source = models.CharField(max_length=100, blank=True)
    recorded_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "finding about a character"
        verbose_name_plural = "findings about characters"
        constraints = [
            models.UniqueConstraint(
                fields=["npc", "data_type", "source", "recorded_on"], name="npcs_learning_data_once"
            ),
            models.CheckConstraint(
                name="npcs_learning_confidence_is_a_share",
                condition=Q(confidence_score__gte=0, confidence_score__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"finding #{self.pk}"
