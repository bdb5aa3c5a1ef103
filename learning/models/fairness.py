from django.db import models
from django.db.models import Q

from learning.models.statement import Statement
from learning.rules.fairness import SMALLEST_GROUP


class FairnessFigure(models.Model):
    """How much harder one wording of a statement is for one group of players than for others who know as much.

    A figure of many, and of nobody: groups are large, and who is in them is not kept.
    """

    class By(models.TextChoices):
        LANGUAGE = "language", "Language"
        TIME = "time", "Time to answer"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="fairness")
    version = models.PositiveIntegerField()
    by = models.CharField("compared by", max_length=10, choices=By)
    group = models.CharField(max_length=10)
    answers = models.PositiveIntegerField("first answers of the group")
    others = models.PositiveIntegerField("first answers of the others")
    logits = models.FloatField("harder by", help_text="In logits; below 0 it is easier.")
    error = models.FloatField("standard error")
    gap = models.FloatField("difference either way")
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "version", "by", "group"], name="learning_fairness_once"
            ),
            models.CheckConstraint(
                name="learning_fairness_of_large_groups",
                condition=Q(answers__gte=SMALLEST_GROUP, others__gte=SMALLEST_GROUP),
            ),
            models.CheckConstraint(name="learning_fairness_gap_is_no_side", condition=Q(gap__gte=0)),
        ]
        indexes = [models.Index(fields=["-gap", "id"], name="learning_fairness_by_gap")]

    def __str__(self) -> str:
        return f"fairness figure #{self.pk}"
