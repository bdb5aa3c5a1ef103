from django.conf import settings
from django.db import models
from django.db.models import Q

from learning.models.statement import Statement
from npcs.models import Npc


class Hint(models.Model):
    """One hint that somebody asked for, as it was given; never changed.

    `ladder` names the asking whose hints go up together: one statement of a practice or of a training for one
    player, one round of a session for everybody in its room.
    """

    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hints")
    # The character that gave it; none on the page of a practice.
    npc = models.ForeignKey(Npc, null=True, on_delete=models.SET_NULL, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="hints")
    # Of the practice or the session, as in an AnswerEvent.
    session_uuid = models.UUIDField(db_index=True)
    ladder = models.CharField(max_length=100)
    level = models.PositiveSmallIntegerField()
    text = models.TextField()
    # Where and by which message it was asked for; apps above have them.
    place = models.UUIDField(null=True)
    message_uuid = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ladder", "level"], name="learning_hint_level_once"),
            models.CheckConstraint(
                name="learning_hint_is_one_of_three", condition=Q(level__gte=1, level__lte=3)
            ),
        ]

    def __str__(self) -> str:
        return f"hint #{self.pk}"
