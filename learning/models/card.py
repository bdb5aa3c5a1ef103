from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from learning.models.statement import Topic


class ReviewCardQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "ReviewCardQuerySet":
        return self.filter(due__lte=now, suspended=False)


class ReviewCard(models.Model):
    """A player's memory of one fact, and when to ask again; derived from the answers, and rebuilt from them.

    A statement that shares its fact with no other is a fact of its own (`learning.rules.facts`).
    """

    class State(models.IntegerChoices):
        """The numbers are those of FSRS."""

        LEARNING = 1, "New"
        REVIEW = 2, "In review"
        RELEARNING = 3, "Learned again"

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cards", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="cards")
    fact_key = models.CharField(max_length=100)
    state = models.PositiveSmallIntegerField(choices=State, default=State.LEARNING)
    step = models.PositiveSmallIntegerField(null=True)
    stability = models.FloatField()
    difficulty = models.FloatField()
    due = models.DateTimeField()
    last_review = models.DateTimeField()
    reps = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    since_lapse = models.PositiveIntegerField("reviews since the last lapse", default=0)
    # Put aside by the player; no answer changes that.
    suspended = models.BooleanField(default=False)
    last_variant = models.BooleanField("the variant shown last says the fact")

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["player", "due"], name="learning_card_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["player", "topic", "fact_key"], name="learning_card_once_per_fact"
            ),
            models.CheckConstraint(
                name="learning_card_within_limits",
                condition=Q(stability__gt=0, difficulty__gte=1, difficulty__lte=10, reps__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"card #{self.pk}"
