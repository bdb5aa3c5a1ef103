"""What players say about a statement: that something is wrong with it, or how they liked it."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from learning.models.statement import Statement


class StatementReport(models.Model):
    """A player says that something is wrong with a statement; answered by whoever reviews it."""

    class Reason(models.TextChoices):
        WRONG_KEY = "wrong_key", "The answer is wrong"
        AMBIGUOUS = "ambiguous", "It can be read in two ways"
        OUTDATED = "outdated", "It is outdated"
        OFFENSIVE = "offensive", "It is offensive"
        DUPLICATE = "duplicate", "I have seen the same one"
        TYPO = "typo", "A spelling mistake"
        OFF_TOPIC = "off_topic", "It does not belong to the topic"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CONFIRMED = "confirmed", "Confirmed"
        DISMISSED = "dismissed", "Dismissed"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="reports")
    version = models.PositiveIntegerField()
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statement_reports"
    )
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.TextField(blank=True, validators=[MaxLengthValidator(500)])
    # What the reporter's word was worth when it was given (0.2 to 1.5).
    trust = models.FloatField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"], name="learning_report_queue"),
            models.Index(fields=["player", "state"], name="learning_report_reporter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "player"],
                condition=Q(state="open"),
                name="learning_one_open_report_each",
            ),
            models.CheckConstraint(
                name="learning_report_trust_within_limits", condition=Q(trust__gte=0.2, trust__lte=1.5)
            ),
            models.CheckConstraint(
                name="learning_report_is_open_or_resolved",
                condition=Q(state="open", resolved_at=None)
                | (~Q(state="open") & Q(resolved_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"report #{self.pk}"


class StatementRating(models.Model):
    """How a player liked a statement (stars) and how hard it seemed; one for each, the last word counts."""

    class Felt(models.TextChoices):
        EASY = "easy", "Easy"
        FAIR = "fair", "Just right"
        HARD = "hard", "Hard"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="ratings")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statement_ratings"
    )
    feedback_rating = models.PositiveSmallIntegerField("stars", null=True)
    difficulty_perceived = models.CharField(max_length=4, choices=Felt, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "player"], name="learning_one_rating_each"),
            models.CheckConstraint(
                name="learning_rating_has_one_to_five_stars",
                condition=Q(feedback_rating=None) | Q(feedback_rating__gte=1, feedback_rating__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"rating #{self.pk}"
