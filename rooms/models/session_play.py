"""Who plays in a session, what is asked there, and what was answered."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from learning.models import AnswerEvent, Statement
from rooms.models.session import GameSession
from rooms.rules.times import FACTORS


class SessionParticipant(models.Model):
    """Somebody's place in a session: what he does there, when he came, how much time he has."""

    class Role(models.TextChoices):
        PLAYER = "player", "Player"
        SPECTATOR = "spectator", "Spectator"

    session = models.ForeignKey(GameSession, on_delete=models.CASCADE, related_name="participants")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="session_places"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.PLAYER)
    is_ready = models.BooleanField(default=False)
    # Private: how the time of each question is stretched; 0 is without a clock.
    time_factor = models.FloatField(default=1.0)
    # Half of it is credited to an answer, within bounds; measured by the server.
    rtt_ms = models.PositiveIntegerField("round trip in ms", default=0)
    first_round = models.PositiveSmallIntegerField(default=1)
    seed = models.PositiveSmallIntegerField(null=True)
    eliminated_in = models.PositiveSmallIntegerField("stage of the elimination", null=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # The last sign of life; who gave none for a minute is not waited for.
    seen_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField("end of his training", null=True)
    final_place = models.PositiveSmallIntegerField(null=True)
    final_points = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "player"], name="rooms_participant_once"),
            models.CheckConstraint(name="rooms_time_factor_is_known", condition=Q(time_factor__in=FACTORS)),
        ]

    def __str__(self) -> str:
        return f"participant #{self.pk}"


class SessionRound(models.Model):
    """A statement of the session, opened and revealed by the server's clock."""

    session = models.ForeignKey(GameSession, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField(default=1)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    # What every second player is asked instead, so that nobody can copy from his neighbour.
    other = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    times_asked = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    revealed_at = models.DateTimeField(null=True)
    # Since when everybody has read what the statement turns on: later answers count no more for the skill.
    hinted_at = models.DateTimeField(null=True)
    # Its statement was taken out of play meanwhile: nobody's points change by it.
    annulled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="rooms_round_number_once"),
            models.UniqueConstraint(fields=["session", "statement"], name="rooms_statement_once_per_session"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of session #{self.session_id}"

    def is_hinted(self, received_at: datetime) -> bool:
        """Whether an answer that the server had at this moment came after such a hint."""
        return self.hinted_at is not None and received_at >= self.hinted_at


class SessionAnswer(models.Model):
    """One player's answer to one statement of a session; the first one counts. No verdict: he passed."""

    round = models.ForeignKey(SessionRound, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(SessionParticipant, on_delete=models.CASCADE, related_name="answers")
    verdict = models.BooleanField(null=True)
    confidence = models.PositiveSmallIntegerField(null=True, choices=AnswerEvent.Confidence)
    is_correct = models.BooleanField()
    points = models.SmallIntegerField()
    # Not PROTECT: a player who is removed takes both along, and only RESTRICT lets them go together.
    event = models.OneToOneField(AnswerEvent, null=True, on_delete=models.RESTRICT, related_name="+")
    # Chosen by the client: the same once more is the same answer.
    client_id = models.UUIDField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "participant"], name="rooms_one_answer_per_statement"),
            models.UniqueConstraint(fields=["participant", "client_id"], name="rooms_answer_client_id_once"),
            models.CheckConstraint(
                name="rooms_answer_is_a_verdict_or_a_pass",
                condition=Q(verdict__isnull=False, event__isnull=False) | Q(verdict=None, is_correct=False),
            ),
            models.CheckConstraint(
                name="rooms_answer_confidence_is_one_of_three",
                condition=Q(confidence=None) | Q(confidence__in=(1, 2, 3)),
            ),
        ]

    def __str__(self) -> str:
        return f"answer #{self.pk}"


class TrainingStep(models.Model):
    """When a statement of a training was shown to somebody: his own clock."""

    participant = models.ForeignKey(SessionParticipant, on_delete=models.CASCADE, related_name="steps")
    round = models.ForeignKey(SessionRound, on_delete=models.CASCADE, related_name="steps")
    shown_at = models.DateTimeField()
    # How many hints a character has given to it.
    hints = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "round"], name="rooms_training_step_once"),
            models.CheckConstraint(name="rooms_training_step_hints_are_few", condition=Q(hints__lte=3)),
        ]

    def __str__(self) -> str:
        return f"step #{self.pk}"
