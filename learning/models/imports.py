"""A file of statements on its way into the bank: looked at first, taken over when somebody says so."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from learning.models.statement import Statement, Topic
from npcs.choices import Difficulty
from padawanforge.kit.work import WorkItem, WorkQuerySet


def import_path(run: "ImportRun", _name: str) -> str:
    # The stored name says nothing of the uploaded one: names come from strangers.
    return f"imports/{run.uuid.hex}"


class ImportRun(WorkItem):
    """An uploaded file; done means that each of its rows has a verdict. Nothing is stored in the bank before
    `applied_at`, and the file itself is gone as soon as it was read.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    file_name = models.CharField(max_length=200)
    file = models.FileField(upload_to=import_path, blank=True)
    file_format = models.CharField(max_length=12, blank=True)
    topic = models.ForeignKey(
        Topic,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="For rows that name none.",
    )
    difficulty = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["player", "-id"], name="learning_import_own")]

    def __str__(self) -> str:
        return f"import #{self.pk}"


class ImportRow(models.Model):
    """One question of the file and what would become of it."""

    class Verdict(models.TextChoices):
        NEW = "new", "New"
        DUPLICATE = "duplicate", "Already there"
        NEAR_DUPLICATE = "near", "Very much like another"
        SKIPPED = "skipped", "Another type of question"
        ERROR = "error", "Can't be read"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict)
    message = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    answer = models.BooleanField(null=True)
    content = models.JSONField(default=dict)
    alike = models.ForeignKey(Statement, null=True, on_delete=models.SET_NULL, related_name="+")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="learning_import_row_position"),
            models.CheckConstraint(
                name="learning_only_good_rows_become_statements",
                condition=Q(statement=None) | Q(verdict__in=("new", "near")),
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.position} of import #{self.run_id}"
