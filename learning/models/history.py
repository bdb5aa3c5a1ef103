"""What became of a statement: earlier wordings, and the decisions about it."""

from django.conf import settings
from django.db import models

from learning.models.statement import Lifecycle, Statement


class StatementVersion(models.Model):
    """An earlier wording of a statement, kept when another one took its place; the database lets nobody
    change it. An answer names the version that was shown: the statement's own number, or one of these.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    answer = models.BooleanField("is true")
    explanation = models.TextField(blank=True)
    difficulty = models.CharField(max_length=12)
    source_reference = models.CharField(max_length=300, blank=True)
    source_span = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "version"], name="learning_version_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of statement #{self.statement_id}"


class ReviewReason(models.TextChoices):
    WRONG_KEY = "wrong_key", "The key is wrong"
    AMBIGUOUS = "ambiguous", "It can be read in two ways"
    UNSUPPORTED = "unsupported", "The source does not say it"
    DUPLICATE = "duplicate", "There is one like it"
    OFF_TOPIC = "off_topic", "Off topic"
    TRIVIAL = "trivial", "Too easy to guess"
    LANGUAGE = "language", "The wording"
    OUTDATED = "outdated", "Outdated"
    OFFENSIVE = "offensive", "Offensive"
    STATISTICS = "statistics", "What the answers say"
    REPORTS = "reports", "What players reported"
    OTHER = "other", "Something else"


class StatementReview(models.Model):
    """One decision: from which state to which, by whom (nobody: by a rule), and why."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="reviews")
    version = models.PositiveIntegerField()
    was = models.CharField(max_length=10, choices=Lifecycle)
    became = models.CharField(max_length=10, choices=Lifecycle)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=12, choices=ReviewReason, blank=True)
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["statement", "-id"], name="learning_review_history")]

    def __str__(self) -> str:
        return f"review #{self.pk}"


class StatementFingerprint(models.Model):
    """Statements that are alike share at least one value (learning.rules.likeness)."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="fingerprints")
    value = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"fingerprint #{self.pk}"


class StatementVector(models.Model):
    """The vector that stands for the meaning of a statement's text, made in the background."""

    statement = models.OneToOneField(
        Statement, primary_key=True, on_delete=models.CASCADE, related_name="vector"
    )
    content_hash = models.CharField(max_length=64)
    # float16 bytes; vectors of different models can't be compared, so the model's name stands beside them.
    embedding = models.BinaryField()
    embedding_model = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"vector of statement #{self.statement_id}"
