from django.conf import settings
from django.db import models

from learning.models.statement import Statement


class AnswerEvent(models.Model):
    """One answer; append-only and the only truth, from which everything else can be rebuilt."""

    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="answers")
    statement_version = models.PositiveIntegerField()
    # Sessions live in an app above; the learner's history needs only their public id.
    session_uuid = models.UUIDField(null=True, db_index=True)
    mode = models.CharField(max_length=20)
    shown_at = models.DateTimeField()
    received_at = models.DateTimeField()
    rt_ms = models.PositiveIntegerField("response time in ms, by the server's clock")
    answer = models.BooleanField()
    correct = models.BooleanField()
    rapid = models.BooleanField(default=False)
    first_attempt = models.BooleanField()
    p_before = models.FloatField("expected chance of a right answer")
    xp = models.PositiveSmallIntegerField(default=0)
    idempotency_key = models.CharField(max_length=100, unique=True)

    class Meta:
        indexes = [models.Index(fields=["player", "-received_at"], name="learning_answer_recent")]

    def __str__(self) -> str:
        return f"answer #{self.pk}"
