from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from learning.models.answer import AnswerEvent
from learning.models.statement import Statement, Topic
from learning.rules.choosing import Purpose

PURPOSES = [
    (Purpose.DUE.value, "Due again"),
    (Purpose.NEW.value, "New"),
    (Purpose.PROBE.value, "Picked by chance"),
]


class Sitting(models.Model):
    """A session that one player has finished: what it was worth. Once for each, however it was played."""

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sittings", db_index=False
    )
    # Sessions of rooms live in an app above; their public id is enough.
    session_uuid = models.UUIDField(db_index=True)
    mode = models.CharField(max_length=20)
    ended_at = models.DateTimeField()
    # Without rapid answers.
    answers = models.PositiveSmallIntegerField()
    correct = models.PositiveSmallIntegerField()
    weight = models.FloatField("accuracy beyond guessing")
    is_first_of_day = models.BooleanField()
    xp = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["player", "-ended_at"], name="learning_sitting_recent")]
        constraints = [
            models.UniqueConstraint(fields=["player", "session_uuid"], name="learning_sitting_once"),
            models.CheckConstraint(
                name="learning_sitting_adds_up",
                condition=Q(correct__lte=F("answers"), weight__gte=0, weight__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"sitting #{self.pk}"


class Practice(models.Model):
    """One player practising alone. What is asked now is kept here, so a reload neither shows another
    statement nor begins the time anew.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practices")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    planned = models.PositiveSmallIntegerField(default=10)
    number = models.PositiveSmallIntegerField(default=0)
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=5, choices=PURPOSES, blank=True)
    shown_at = models.DateTimeField(null=True)
    # How many hints to it were given.
    hints = models.PositiveSmallIntegerField(default=0)
    # The answer to the statement before; its explanation stands on the page.
    last_event = models.ForeignKey(AnswerEvent, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ended_at", "moved_at"], name="learning_practice_idle")]
        constraints = [
            models.UniqueConstraint(
                fields=["player"], condition=Q(ended_at=None), name="learning_one_practice_at_a_time"
            ),
            models.CheckConstraint(
                name="learning_practice_shows_since_a_moment",
                condition=Q(statement=None, shown_at=None)
                | Q(statement__isnull=False, shown_at__isnull=False),
            ),
            models.CheckConstraint(name="learning_practice_hints_are_few", condition=Q(hints__lte=3)),
        ]

    def __str__(self) -> str:
        return f"practice #{self.pk}"
