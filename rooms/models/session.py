from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from learning.models import AnswerEvent, Statement, Topic
from npcs.choices import Difficulty
from npcs.models import Npc
from rooms.models.room import Room


class GameSessionQuerySet(models.QuerySet):
    def running(self) -> "GameSessionQuerySet":
        return self.filter(ended_at=None)

    def due(self, now: datetime) -> "GameSessionQuerySet":
        return self.filter(ended_at=None, phase_ends_at__lte=now)


class GameSession(models.Model):
    """A game inside a room. Its whole state is here, so a restarted server simply goes on."""

    class Type(models.TextChoices):
        LOBBY = "lobby", "Lobby"
        GAME = "game", "Game"
        PRIVATE = "private", "Private"
        TRAINING = "training", "Training"
        TOURNAMENT = "tournament", "Tournament"

    class Phase(models.TextChoices):
        LOBBY = "lobby", "Getting ready"
        QUESTION = "question", "Question"
        REVEAL = "reveal", "Reveal"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="sessions")
    session_type = models.CharField(max_length=10, choices=Type, default=Type.GAME)
    mode = models.CharField(max_length=20, default="quiz", help_text="Registered in rooms.modes.")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="sessions")
    difficulty = models.CharField(
        max_length=12, choices=Difficulty, blank=True, help_text="Empty: all difficulties."
    )
    rounds_planned = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    seconds_per_round = models.PositiveSmallIntegerField(
        default=20, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    seconds_for_reveal = models.PositiveSmallIntegerField(
        default=8, validators=[MinValueValidator(2), MaxValueValidator(60)]
    )
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.LOBBY)
    round_number = models.PositiveSmallIntegerField(default=0)
    phase_started_at = models.DateTimeField()
    # None while nothing but people can end the phase (the lobby).
    phase_ends_at = models.DateTimeField(null=True)
    host = models.ForeignKey(
        Npc,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The character that announces and comments.",
    )
    max_participants = models.PositiveSmallIntegerField(default=50)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = GameSessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ended_at", "phase_ends_at"], name="rooms_session_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=Q(ended_at=None), name="rooms_one_session_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"session #{self.pk}"


class SessionParticipant(models.Model):
    class Role(models.TextChoices):
        PLAYER = "player", "Player"
        SPECTATOR = "spectator", "Spectator"

    session = models.ForeignKey(GameSession, on_delete=models.CASCADE, related_name="participants")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="session_places"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.PLAYER)
    is_ready = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "player"], name="rooms_participant_once"),
        ]

    def __str__(self) -> str:
        return f"participant #{self.pk}"


class SessionRound(models.Model):
    """A statement of the session, opened and revealed by the server's clock."""

    session = models.ForeignKey(GameSession, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="rooms_round_number_once"),
            models.UniqueConstraint(fields=["session", "statement"], name="rooms_statement_once_per_session"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of session #{self.session_id}"


class SessionAnswer(models.Model):
    """One player's answer to one statement of a session; the first one counts."""

    round = models.ForeignKey(SessionRound, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(SessionParticipant, on_delete=models.CASCADE, related_name="answers")
    verdict = models.BooleanField()
    is_correct = models.BooleanField()
    points = models.PositiveSmallIntegerField()
    # Not PROTECT: a player who is removed takes both along, and only RESTRICT lets them go together.
    event = models.OneToOneField(AnswerEvent, on_delete=models.RESTRICT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "participant"], name="rooms_one_answer_per_statement"),
        ]

    def __str__(self) -> str:
        return f"answer #{self.pk}"
