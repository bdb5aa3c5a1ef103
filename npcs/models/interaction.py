from django.conf import settings
from django.db import models

from npcs.models.npc import Npc
from npcs.models.provider import AiProvider
from npcs.models.revision import NpcRevision


class Interaction(models.Model):
    """One answer of a character: what was asked, what was said, by which engine, and what it cost."""

    class Outcome(models.TextChoices):
        OK = "ok", "Answered"
        TRUNCATED = "truncated", "Cut off at the length limit"
        REFUSED = "refused", "The notes don't say"
        UNAVAILABLE = "unavailable", "The provider was away"
        STOPPED = "stopped", "Stopped by who asked"
        NO_BUDGET = "no_budget", "Nothing left to spend"

    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="interactions")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    # The public id of the channel where it stands; channels live in an app above.
    place = models.UUIDField(null=True)
    # The public id of the message in which it was said, once it was.
    answer = models.UUIDField(null=True, db_index=True)
    message = models.TextField()
    response = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.OK)
    engine = models.CharField(max_length=200)
    provider = models.ForeignKey(AiProvider, null=True, on_delete=models.SET_NULL, related_name="+")
    ai_model = models.CharField(max_length=200, blank=True)
    # The character as it was when it spoke.
    revision = models.ForeignKey(NpcRevision, null=True, on_delete=models.SET_NULL, related_name="+")
    # What of each section stood in the prompt, by sources and tokens, never by text; emptied after 30 days.
    manifest = models.JSONField(default=list, blank=True)
    response_time_ms = models.PositiveIntegerField()
    first_token_ms = models.PositiveIntegerField(null=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    tokens_estimated = models.BooleanField(default=True)
    cost_estimate = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    # By whoever asked, in stars.
    satisfaction_rating = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    interaction_context = models.JSONField(default=dict)
    error_info = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["npc", "-created_at"], name="npcs_interaction_recent"),
            models.Index(fields=["npc", "player", "-created_at"], name="npcs_interaction_pair"),
            models.Index(fields=["created_at"], name="npcs_interaction_by_date"),
            # Few answers are rated; their means are asked for by every page of the directory.
            models.Index(
                fields=["npc", "satisfaction_rating"],
                condition=models.Q(satisfaction_rating__isnull=False),
                name="npcs_interaction_rated",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="npcs_rating_between_one_and_five",
                condition=models.Q(satisfaction_rating=None)
                | models.Q(satisfaction_rating__gte=1, satisfaction_rating__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"interaction #{self.pk}"
