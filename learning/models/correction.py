"""What was found out about statements afterwards: keys that were wrong, and difficulties estimated anew."""

from django.conf import settings
from django.db import models

from learning.models.answer import Settlement
from learning.models.statement import Statement
from padawanforge.kit.work import WorkItem, WorkQuerySet


class KeyFlip(WorkItem):
    """A key that was the wrong way round. The answers are scored anew at once; the work that waits is to
    replay what followed from them, step by step.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="flips")
    answer = models.BooleanField("is true from now on")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    rescored = models.PositiveIntegerField("answers scored anew", default=0)
    told = models.PositiveIntegerField("players told", default=0)
    xp = models.PositiveIntegerField("experience granted", default=0)
    moved = models.PositiveIntegerField("figures that the replay changed", default=0)
    # How far the work has come: the replay that was put away last, when it was written, and who was paid last.
    checkpoint = models.BinaryField(null=True, editable=False)
    replayed = models.PositiveIntegerField("answers replayed", default=0, editable=False)
    skills_at = models.DateTimeField("skills are right since", null=True, editable=False)
    last_player = models.BigIntegerField("players done up to", default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"key of statement #{self.statement_id} flipped"


class DifficultyEstimate(models.Model):
    """A difficulty found anew from all first attempts. Part of the log: a replay sets it at its place in the
    order of the settlements and goes on from there.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="estimates")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="estimates")
    beta_mean = models.FloatField("difficulty")
    beta_var = models.FloatField("its variance")
    answers = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "statement"], name="learning_estimate_once_at_a_time"
            ),
            models.CheckConstraint(name="learning_estimate_has_variance", condition=models.Q(beta_var__gt=0)),
        ]

    def __str__(self) -> str:
        return f"estimate #{self.pk}"
