from django.conf import settings
from django.db import models

from npcs.models.npc import Npc


class Interaction(models.Model):
    """One answer of a character: what was asked, what was said, by which engine, and what it cost."""

    class Outcome(models.TextChoices):
        OK = "ok", "Answered"
        TRUNCATED = "truncated", "Cut off at the length limit"
        REFUSED = "refused", "The notes don't say"
        UNAVAILABLE = "unavailable", "The provider was away"

    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="interactions")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    message = models.TextField()
    response = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.OK)
    engine = models.CharField(max_length=200)
    response_time_ms = models.PositiveIntegerField()
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    tokens_estimated = models.BooleanField(default=True)
    cost_estimate = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    satisfaction_rating = models.PositiveSmallIntegerField(null=True)
    interaction_context = models.JSONField(default=dict)
    error_info = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["npc", "-created_at"], name="npcs_interaction_recent")]
        constraints = [
            models.CheckConstraint(
                name="npcs_rating_between_one_and_five",
                condition=models.Q(satisfaction_rating=None)
                | models.Q(satisfaction_rating__gte=1, satisfaction_rating__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"interaction #{self.pk}"
