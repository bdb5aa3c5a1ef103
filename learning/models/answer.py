from django.conf import settings
from django.db import models
from django.db.models import Q

from learning.models.statement import Statement


class Settlement(models.Model):
    """Answers to one statement that counted at the same moment, because its key was shown then.

    Its number orders everything that moved skills and difficulties: it is taken under the locks of the
    statement and of the players, so a replay in this order finds the same figures.
    """

    settled_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"settlement #{self.pk}"


class AnswerEvent(models.Model):
    """One answer; append-only and the only truth, from which everything else can be rebuilt.

    Until it is settled nothing is known of it but what the player said: what was expected, and what it
    changed, are written down once, when the key is shown. Only a key that turns out wrong changes what was
    right.
    """

    class Confidence(models.IntegerChoices):
        GUESS = 1, "Guess"
        THINK = 2, "Think so"
        SURE = 3, "Sure"

    class Grade(models.IntegerChoices):
        """What the answer said of the memory of its fact (learning.rules.cards)."""

        AGAIN = 1, "Again"
        HARD = 2, "Hard"
        GOOD = 3, "Good"
        EASY = 4, "Easy"
        SOFT = 5, "Again, softly"

    # The indexes below begin with the player and with the statement.
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers", db_index=False
    )
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="answers", db_index=False)
    statement_version = models.PositiveIntegerField()
    # Sessions live in an app above; the learner's history needs only their public id.
    session_uuid = models.UUIDField(null=True, db_index=True)
    mode = models.CharField(max_length=20)
    shown_at = models.DateTimeField()
    received_at = models.DateTimeField()
    rt_ms = models.PositiveIntegerField("response time in ms, by the server's clock")
    rt_client_ms = models.PositiveIntegerField("response time in ms, as the page measured it", null=True)
    answer = models.BooleanField(null=True, help_text="Empty: skipped.")
    correct = models.BooleanField()
    confidence = models.PositiveSmallIntegerField(null=True, choices=Confidence)
    rapid = models.BooleanField(default=False)
    hinted = models.BooleanField("with a hint", default=False)
    by_guest = models.BooleanField(default=False)
    first_attempt = models.BooleanField()
    due_review = models.BooleanField("its fact was due", default=False)
    grade = models.PositiveSmallIntegerField(null=True, choices=Grade)
    settlement = models.ForeignKey(Settlement, null=True, on_delete=models.PROTECT, related_name="answers")
    p_before = models.FloatField("expected chance of a right answer", null=True)
    theta_before = models.FloatField("skill before", null=True)
    beta_before = models.FloatField("difficulty before", null=True)
    theta_after = models.FloatField("skill after", null=True)
    beta_after = models.FloatField("difficulty after", null=True)
    xp = models.PositiveSmallIntegerField(default=0)
    idempotency_key = models.CharField(max_length=100, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["player", "-received_at"], name="learning_answer_recent"),
            models.Index(fields=["player", "statement"], name="learning_answer_attempts"),
            models.Index(fields=["statement", "received_at"], name="learning_answer_of_statement"),
        ]
        constraints = [
            models.CheckConstraint(
                name="learning_settled_answers_are_measured",
                condition=Q(settlement=None, p_before=None)
                | Q(settlement__isnull=False, p_before__isnull=False),
            ),
            models.CheckConstraint(
                name="learning_confidence_is_one_of_three",
                condition=Q(confidence=None) | Q(confidence__in=(1, 2, 3)),
            ),
            models.CheckConstraint(
                name="learning_skipped_is_not_right", condition=Q(answer__isnull=False) | Q(correct=False)
            ),
        ]

    def __str__(self) -> str:
        return f"answer #{self.pk}"
